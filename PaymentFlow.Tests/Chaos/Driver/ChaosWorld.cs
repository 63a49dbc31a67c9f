using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Npgsql;
using PaymentFlow.AppHost;
using PaymentFlow.AppHost.Embedded;

namespace PaymentFlow.Tests.Chaos.Driver;

/// <summary>
/// The real processes: AppHost.cs's model by its embedded engine, with a second OrderService beside it, and with wires that can
/// be cut between the services and Kafka, Postgres and Stripe.
/// </summary>
public sealed class ChaosWorld : IAsyncDisposable
{
    public const string Replica = "order-service-2";
    const string OperatorKey = "chaos-operator";
    const string ServiceKey = "chaos-service";

    static readonly TimeSpan StartPatience = TimeSpan.FromMinutes(3);
    readonly List<DistributedApplication> _apps = [];
    readonly List<string> _folders = [];
    DistributedApplication _main = null!;
    DistributedApplication _replica = null!;
    DistributedApplication _database = null!;

    public Broker Kafka { get; } = new();

    public TcpProxy Postgres { get; } = new();

    public TcpProxy Stripe { get; } = new();

    public HttpClient Http { get; } = new(new SocketsHttpHandler { MaxConnectionsPerServer = 1_000 }) { Timeout = TimeSpan.FromSeconds(90) };

    public Uri PaymentApi => _main.GetEndpoint("payment-api");

    public Uri Sandbox => _main.GetEndpoint("stripe-sandbox");

    public Uri Web => _main.GetEndpoint("web");

    /// <summary>Both replicas.</summary>
    public IReadOnlyList<Uri> OrderServices => [_main.GetEndpoint("order-service"), _replica.GetEndpoint("order-service")];

    public string PaymentsDb { get; private set; } = "";

    public string OrdersDb { get; private set; } = "";

    public async Task StartAsync()
    {
        _database = await StartAsync(builder => builder.AddPostgres("postgres").AddDatabase("paymentsdb"), [], []);
        NpgsqlConnectionStringBuilder direct = new(await _database.GetConnectionStringAsync("postgres"));
        PaymentsDb = new NpgsqlConnectionStringBuilder(direct.ConnectionString) { Database = "paymentsdb", Pooling = false }.ConnectionString;
        OrdersDb = new NpgsqlConnectionStringBuilder(direct.ConnectionString) { Database = "ordersdb", Pooling = false }.ConnectionString;
        Postgres.Target = new IPEndPoint(IPAddress.Loopback, direct.Port);
        var wired = new NpgsqlConnectionStringBuilder(direct.ConnectionString) { Host = "127.0.0.1", Port = Postgres.Port }.ConnectionString;

        Dictionary<string, string?> settings = new()
        {
            ["ConnectionStrings:kafka"] = Kafka.BootstrapServers,
            ["ConnectionStrings:postgres"] = wired,
            ["ConnectionStrings:ordersdb"] = $"{wired};Database=ordersdb",
            ["Parameters:operator-key"] = OperatorKey,
            ["Parameters:service-key"] = ServiceKey,
        };
        Dictionary<string, string> environment = new()
        {
            // The in-process broker's own needs, as the engine gives them where it starts the broker itself; but nobody measures
            // milliseconds here, and every empty fetch crosses a wire of ours.
            ["Aspire__Confluent__Kafka__Consumer__Config__FetchWaitMaxMs"] = "50",
            ["Aspire__Confluent__Kafka__Consumer__Config__SessionTimeoutMs"] = "2000",
            ["Aspire__Confluent__Kafka__Consumer__Config__HeartbeatIntervalMs"] = "300",
            ["Stripe__ApiBase"] = $"http://127.0.0.1:{Stripe.Port}",
            // What takes minutes or hours in production must come to an end within a run.
            ["Payments__AbandonAfter"] = "00:00:30",
            ["Payments__ListEventsEvery"] = "00:00:10",
            ["Delivery__CheckAfter"] = "00:00:10",
            ["Logging__LogLevel__Default"] = "Warning",
        };
        _replica = await StartAsync(AddReplica, settings, environment);
        environment["services__order-service__http__1"] = _replica.GetEndpoint("order-service").GetLeftPart(UriPartial.Authority);
        _main = await StartAsync(AppModel.Define, settings, environment);
        Stripe.Target = new IPEndPoint(IPAddress.Loopback, Sandbox.Port);
    }

    static void AddReplica(IDistributedApplicationBuilder builder)
    {
        var kafka = builder.AddConnectionString("kafka");
        var orders = builder.AddConnectionString("ordersdb");
        builder.AddProject<Projects.PaymentFlow_OrderService>("order-service")
            .WithReference(kafka).WithReference(orders)
            .WithEnvironment("Operator__Key", OperatorKey)
            .WithEnvironment("Merchant__ApiKey", "chaos-merchant")
            .WithEnvironment("Services__Key", ServiceKey)
            .WithEnvironment("services__payment-api__http__0", "http://127.0.0.1:9")
            .WithHttpHealthCheck("/health");
    }

    async Task<DistributedApplication> StartAsync(
        Action<IDistributedApplicationBuilder> model, Dictionary<string, string?> settings, Dictionary<string, string> environment)
    {
        var folder = Path.Combine(Path.GetTempPath(), $"paymentflow-chaos-{Guid.CreateVersion7():N}");
        _folders.Add(folder);
        Dictionary<string, string?> configuration = new(settings)
        {
            ["Stripe:ApiKey"] = "",
            ["Stripe:PublishableKey"] = "",
        };
        configuration.TryAdd("ConnectionStrings:kafka", "");
        configuration.TryAdd("ConnectionStrings:postgres", "");
        var builder = DistributedApplication.CreateBuilder(new EmbeddedOptions
        {
            DataFolder = folder,
            FreePorts = true,
            Configuration = configuration,
            Environment = environment,
            Log = static (_, _) => { },
        });
        model(builder);
        var app = builder.Build();
        _apps.Add(app);
        using CancellationTokenSource patience = new(StartPatience);
        await app.StartAsync(patience.Token);
        return app;
    }

    /// <summary>The process of a service or of Postgres; null while it is down.</summary>
    public int? ProcessIdOf(string name)
    {
        var (app, resource) = Find(name);
        return app.ProcessIdOf(resource);
    }

    public IEnumerable<string> LogsOf(string name)
    {
        var (app, resource) = Find(name);
        return app.LogsOf(resource);
    }

    /// <summary>What ends by it is started again at once. A process that is gone already is nobody's mistake.</summary>
    public void Signal(string name, ProcessSignal signal)
    {
        var (app, resource) = Find(name);
        app.Signal(resource, signal);
    }

    /// <summary>kill -9, and no new start until the answer is disposed.</summary>
    public IDisposable KeepDown(string name)
    {
        var (app, resource) = Find(name);
        return app.KeepDown(resource);
    }

    (DistributedApplication App, string Resource) Find(string name) => name switch
    {
        Replica => (_replica, "order-service"),
        "postgres" => (_database, name),
        _ => (_main, name),
    };

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
        foreach (var app in Enumerable.Reverse(_apps)) await app.DisposeAsync();
        await Kafka.DisposeAsync();
        await Postgres.DisposeAsync();
        await Stripe.DisposeAsync();
        Http.Dispose();
        foreach (var folder in _folders.Where(Directory.Exists)) Directory.Delete(folder, recursive: true);
    }
}
