using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Configuration;
using Npgsql;
using PaymentFlow.AppHost;
using PaymentFlow.AppHost.Development;
using PaymentFlow.Tests.Hosting;

namespace PaymentFlow.Tests.Chaos.Driver;

/// <summary>
/// The real processes of AppHost.cs, with a second OrderService beside them, and with wires that can be cut between the services and
/// Kafka, Postgres and Stripe.
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

    public HttpClient Http { get; } = new(new SocketsHttpHandler { MaxConnectionsPerServer = 1_000 }) { Timeout = TimeSpan.FromSeconds(90) };

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
            // Nobody measures milliseconds here, and every empty fetch crosses a wire of ours.
            ["Aspire__Confluent__Kafka__Consumer__Config__FetchWaitMaxMs"] = "50",
            ["Logging__LogLevel__Default"] = "Warning",
        };
        foreach (var (name, value) in Times.Environment) environment[name] = value;
        _app = await RunningApp.StartAsync(new()
        {
            DataFolder = Path.Combine(_folder, "app"),
            Configuration = new Dictionary<string, string?>
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
            .WithReference(builder.Project("payment-api"))
            .AsBuiltProgram();
        foreach (var caller in (string[])["payment-api", "web"])
            builder.Project(caller).WithEnvironment("services__order-service__http__1", replica.GetEndpoint("http"));
    }

    /// <summary>PaymentApi calls Stripe across the wire; customers' browsers and the experimenter do not.</summary>
    void AddWires(IDistributedApplicationBuilder builder)
    {
        var sandbox = builder.Project("stripe-sandbox");
        builder.Project("payment-api").WithEnvironment(context =>
        {
            Stripe.Target = new IPEndPoint(IPAddress.Loopback, sandbox.GetEndpoint("http").Port);
            context.EnvironmentVariables["Stripe__ApiBase"] = $"http://127.0.0.1:{Stripe.Port}";
        });
    }

    /// <summary>The process of a service or of Postgres; null while it is down.</summary>
    public int? ProcessIdOf(string name) => _app.ProcessIdOf(name);

    public IEnumerable<string> LogsOf(string name) => _app.LogsOf(name);

    /// <summary>A process that ends by the signal is started again. A process that has ended already is no error.</summary>
    public void Signal(string name, ProcessSignal signal) => _app.Signal(name, signal);

    /// <summary>kill -9, and no new start until the answer is disposed.</summary>
    public Task<IAsyncDisposable> KeepDownAsync(string name) => _app.KeepDownAsync(name);

    /// <summary>The sandbox's switches and books are reached past the wire: they are the experimenter's, not Stripe's.</summary>
    public async Task<JsonNode> SandboxAsync(HttpMethod method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(Sandbox, path)) { Content = body is null ? null : JsonContent.Create(body) };
        using var response = await Http.SendAsync(request);
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<JsonNode>())!;
    }

    /// <summary>A call of one of the services as its customer, an operator or a service.</summary>
    public static HttpRequestMessage Request(HttpMethod method, Uri service, string path, object? body = null, string? secret = null, bool asOperator = false)
    {
        var request = new HttpRequestMessage(method, new Uri(service, path)) { Content = body is null ? null : JsonContent.Create(body) };
        // All customers have one address here; one of our own services is not held to an address' limit.
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
        Http.Dispose();
        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
    }
}
