using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Configuration;
using Npgsql;
using PaymentFlow.AppHost;
using PaymentFlow.AppHost.Development;
using PaymentFlow.Testing.Hosting;

namespace PaymentFlow.Testing.Chaos;

/// <summary>
/// The real processes of AppHost.cs and a second OrderService. The services reach Kafka, Postgres and Stripe through proxies that can cut
/// the connections.
/// </summary>
public sealed class ChaosWorld(ChaosTimes? times = null) : IAsyncDisposable
{
    public const string Replica = "order-service-2";
    const string OperatorKey = "chaos-operator";
    const string MerchantKey = "chaos-merchant";
    const string ServiceKey = "chaos-service";

    readonly string _folder = Path.Combine(Path.GetTempPath(), $"paymentflow-chaos-{Guid.CreateVersion7():N}");
    RunningApp _app = null!;

    public ChaosTimes Times { get; } = times ?? new();

    public Broker Kafka { get; } = new();

    public TcpProxy Postgres { get; } = new();

    public TcpProxy Stripe { get; } = new();

    /// <summary>A shop's endpoint for webhooks, which is always up.</summary>
    public WebhookShop Webhooks { get; } = new();

    public HttpClient Http { get; } =
        new(new SocketsHttpHandler { MaxConnectionsPerServer = 1_000 }) { Timeout = TimeSpan.FromSeconds(90) };

    public Uri PaymentApi => _app.GetEndpoint("payment-api");

    public Uri Sandbox => _app.GetEndpoint("stripe-sandbox");

    public Uri Web => _app.GetEndpoint("web");

    /// <summary>Both replicas.</summary>
    public IReadOnlyList<Uri> OrderServices => [_app.GetEndpoint("order-service"), _app.GetEndpoint(Replica)];

    public string PaymentsDb { get; private set; } = "";

    public string OrdersDb { get; private set; } = "";

    public async Task StartAsync()
    {
        var server = await SeparatePostgres.PrepareAsync(_folder);
        Postgres.Target = new IPEndPoint(IPAddress.Loopback, server.Port);
        PaymentsDb = $"{server.ConnectionString};Database=paymentsdb;Pooling=false";
        OrdersDb = $"{server.ConnectionString};Database=ordersdb;Pooling=false";
        var wired = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Port = Postgres.Port }.ConnectionString;
        Dictionary<string, string> environment = new(LocalKafkaResource.ClientSettings)
        {
            // Longer waits are fine, because latency is not measured here and every empty fetch passes through a proxy.
            ["Aspire__Confluent__Kafka__Consumer__Config__FetchWaitMaxMs"] = "50",
            ["Logging__LogLevel__Default"] = "Warning",
        };
        foreach (var (name, value) in Times.Environment) environment[name] = value;
        _app = await RunningApp.StartAsync(new()
        {
            DataFolder = Path.Combine(_folder, "app"),
            Configuration = new Dictionary<string, string?>(SigningKeys.Parameters)
            {
                ["ConnectionStrings:kafka"] = Kafka.BootstrapServers,
                ["ConnectionStrings:postgres"] = wired,
                ["Stripe:ApiKey"] = "",
                ["Stripe:PublishableKey"] = "",
                ["Parameters:operator-key"] = OperatorKey,
                ["Parameters:merchant-key"] = MerchantKey,
                ["Parameters:service-key"] = ServiceKey,
            },
            Environment = environment,
            Add = builder =>
            {
                server.AddTo(builder);
                AddReplica(builder);
                AddWires(builder);
            },
        });
        using var request = Request(
            HttpMethod.Post, OrderServices[0], "/webhook-endpoints", new { url = Webhooks.Address, types = (string[])["order.paid"] });
        request.Headers.Add("X-Api-Key", MerchantKey);
        using var response = await Http.SendAsync(request);
        response.EnsureSuccessStatusCode();
    }

    static void AddReplica(IDistributedApplicationBuilder builder)
    {
        var first = builder.Project("order-service");
        var replica = builder.AddProject<Projects.PaymentFlow_OrderService>(Replica)
            .WithHttpHealthCheck("/health")
            .WithEnvironment(context =>
            {
                foreach (var name in (string[])["kafka", "ordersdb"])
                    context.EnvironmentVariables[$"ConnectionStrings__{name}"] = builder.Configuration.GetConnectionString(name)!;
            })
            .WithEnvironment("Operator__Key", OperatorKey)
            .WithEnvironment("Merchant__ApiKey", MerchantKey)
            .WithEnvironment("Services__Key", ServiceKey)
            .WithSigningKeys()
            .WithReference(builder.Project("payment-api"))
            .AsBuiltProgram();
        foreach (var caller in (string[])["payment-api", "web"])
            builder.Project(caller).WithEnvironment("services__order-service__http__1", replica.GetEndpoint("http"));
    }

    /// <summary>PaymentApi calls Stripe through the proxy. Customers' browsers and the test call the sandbox directly.</summary>
    void AddWires(IDistributedApplicationBuilder builder)
    {
        var sandbox = builder.Project("stripe-sandbox");
        builder.Project("payment-api").WithEnvironment(context =>
        {
            Stripe.Target = new IPEndPoint(IPAddress.Loopback, sandbox.GetEndpoint("http").Port);
            context.EnvironmentVariables["Stripe__ApiBase"] = $"http://127.0.0.1:{Stripe.Port}";
        });
    }

    /// <summary>The process id of a service or of Postgres; null while it is down.</summary>
    public int? ProcessIdOf(string name) => _app.ProcessIdOf(name);

    public IEnumerable<string> LogsOf(string name) => _app.LogsOf(name);

    /// <summary>Sends a signal. The app host restarts a process that ends. Does nothing while the process is down.</summary>
    public void Signal(string name, ProcessSignal signal) => _app.Signal(name, signal);

    /// <summary>Kills the process (SIGKILL) and restarts it only when the result is disposed.</summary>
    public Task<IAsyncDisposable> KeepDownAsync(string name) => _app.KeepDownAsync(name);

    /// <summary>Calls the sandbox's test endpoints directly, so that they work while the proxy is cut.</summary>
    public async Task<JsonNode> SandboxAsync(HttpMethod method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(Sandbox, path))
        {
            Content = body is null ? null : JsonContent.Create(body),
        };
        using var response = await Http.SendAsync(request);
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<JsonNode>())!;
    }

    /// <summary>Creates a request to a service from a customer, an operator or a service.</summary>
    public static HttpRequestMessage Request(
        HttpMethod method, Uri service, string path, object? body = null, string? secret = null, bool asOperator = false)
    {
        var request = new HttpRequestMessage(method, new Uri(service, path)) { Content = body is null ? null : JsonContent.Create(body) };
        // All customers share one address here. The service key exempts them from the limits per address.
        request.Headers.Add("X-Service-Key", ServiceKey);
        if (secret is not null) request.Headers.Authorization = new("Bearer", secret);
        if (asOperator) request.Headers.Add("X-Operator-Key", OperatorKey);
        return request;
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null) await _app.DisposeAsync();
        await Kafka.DisposeAsync();
        await Postgres.DisposeAsync();
        await Stripe.DisposeAsync();
        await Webhooks.DisposeAsync();
        Http.Dispose();
        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
    }
}
