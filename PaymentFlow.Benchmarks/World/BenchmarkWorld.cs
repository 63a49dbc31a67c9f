using System.Diagnostics;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Confluent.Kafka;
using Npgsql;
using PaymentFlow.AppHost;
using PaymentFlow.Testing.Hosting;
using PaymentFlow.Testing.Measuring;

namespace PaymentFlow.Benchmarks.World;

/// <summary>
/// Runs the real processes of AppHost.cs. Postgres and Kafka start separately, so that the native twin can share them. This process
/// contains Aspire's app host and the load; the broker runs in its own process.
/// </summary>
sealed class BenchmarkWorld : IAsyncDisposable
{
    public const string PeerSandbox = "peer-sandbox";
    public const string PeerSandboxKey = "sk_test_sandbox_peer";
    public const string OperatorKey = "benchmark-operator";
    const string ServiceKey = "benchmark-service";

    readonly WorldOptions _options;
    readonly string _folder = Path.Combine(Path.GetTempPath(), $"paymentflow-bench-{Guid.CreateVersion7():N}");
    readonly Dictionary<string, string> _environment = [];
    RunningApp? _app;
    HelperProcess? _collector;

    BenchmarkWorld(WorldOptions options) => _options = options;

    public WorldBroker Broker { get; private set; } = null!;

    /// <summary>The broker's address.</summary>
    public string Kafka => Broker.Address;

    public string Postgres { get; private set; } = "";

    public NpgsqlDataSource PaymentsDb { get; private set; } = null!;

    public NpgsqlDataSource OrdersDb { get; private set; } = null!;

    public Uri PaymentApi => Loopback(_app!.GetEndpoint("payment-api"));

    public Uri PeerStripe => Loopback(_app!.GetEndpoint(PeerSandbox));

    public Uri OrderService => Loopback(_app!.GetEndpoint("order-service"));

    /// <summary>Not by loopback address: Web's cookies and content security policy need the host name.</summary>
    public Uri Web => _app!.GetEndpoint("web");

    /// <summary>The address to which telemetry is sent; null for none.</summary>
    public string? Collector => _collector?.Answer;

    public static async Task<BenchmarkWorld> StartAsync(WorldOptions options)
    {
        BenchmarkWorld world = new(options);
        try
        {
            await world.StartAsync();
            return world;
        }
        catch
        {
            await world.DisposeAsync();
            throw;
        }
    }

    async Task StartAsync()
    {
        Progress.Say("starting Postgres, Kafka and the services");
        Broker = await WorldBroker.StartAsync(_options);
        var server = await SeparatePostgres.PrepareAsync(_folder);
        Postgres = server.ConnectionString;
        (PaymentsDb, OrdersDb) = (Open("paymentsdb"), Open("ordersdb"));

        foreach (var (name, value) in Broker.Settings) _environment[name] = value;
        // The default limit protects against floods and would refuse this load.
        _environment["RateLimits__AtOnce"] = "1000";
        _environment["RateLimits__ServicesAtOnce"] = "1000";
        // All pages are opened from one address.
        _environment["Circuits__MaxPerAddress"] = "20000";
        _environment["Logging__LogLevel__Default"] = "Warning";
        if (_options.Telemetry)
        {
            _collector = await HelperProcess.StartAsync(Nothing, CollectorProcess.Mode);
            _environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = _collector.Answer;
            _environment["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf";
        }
        foreach (var (name, value) in _options.Environment) _environment[name] = value;
        var services = _options.Npgsql.Length > 0 ? $"{Postgres};{_options.Npgsql}" : Postgres;
        _app = await RunningApp.StartAsync(new()
        {
            DataFolder = Path.Combine(_folder, "app"),
            Configuration = new Dictionary<string, string?>(SigningKeys.Parameters)
            {
                ["ConnectionStrings:kafka"] = Kafka,
                ["ConnectionStrings:postgres"] = services,
                ["Stripe:ApiKey"] = "",
                ["Stripe:PublishableKey"] = "",
                ["Parameters:operator-key"] = OperatorKey,
                ["Parameters:service-key"] = ServiceKey,
            },
            Environment = _environment,
            Log = Log,
            Model = _options.OnlyOrders ? builder => DefineOrders(builder, $"{services};Database=ordersdb") : null,
            Add = builder =>
            {
                server.AddTo(builder).AddDatabase("twin");
                if (_options.PeerSandbox) AddPeerSandbox(builder);
            },
        });
    }

    void AddPeerSandbox(IDistributedApplicationBuilder builder) =>
        builder.AddProject<Projects.PaymentFlow_StripeSandbox>(PeerSandbox)
            .WithEnvironment("Sandbox__ApiKey", PeerSandboxKey)
            .WithEnvironment("Sandbox__JournalPath", Path.Combine(_folder, $"{PeerSandbox}.journal"))
            .WithHttpHealthCheck("/health");

    void DefineOrders(IDistributedApplicationBuilder builder, string ordersDb) =>
        builder.AddProject<Projects.PaymentFlow_OrderService>("order-service")
            .WithEnvironment("ConnectionStrings__kafka", Kafka)
            .WithEnvironment("ConnectionStrings__ordersdb", ordersDb)
            .WithEnvironment("Operator__Key", OperatorKey)
            .WithEnvironment("Merchant__ApiKey", "benchmark-merchant")
            .WithEnvironment("Services__Key", ServiceKey)
            .WithSigningKeys()
            .WithEnvironment("services__payment-api__http__0", "http://127.0.0.1:9")
            .WithHttpHealthCheck("/health");

    /// <summary>Prints the services' errors, because they belong to the result.</summary>
    static void Log(string resource, string line)
    {
        if (line.Contains("fail: ", StringComparison.Ordinal) || line.Contains("crit: ", StringComparison.Ordinal))
            Console.WriteLine($"  {resource}: {line}");
    }

    /// <summary>The process ids of the app and its infrastructure, by name.</summary>
    public IReadOnlyDictionary<string, int> Processes()
    {
        Dictionary<string, int> processes = [];
        foreach (var resource in _app!.ResourceNames)
            if (_app.ProcessIdOf(resource) is { } id) processes[resource] = id;
        if (Broker.ProcessId is { } broker) processes["kafka"] = broker;
        if (_collector is not null) processes["otlp collector"] = _collector.Id;
        processes["load"] = Environment.ProcessId;
        return processes;
    }

    public int ProcessIdOf(string service) => _app!.ProcessIdOf(service)
        ?? throw new InvalidOperationException($"{service} is down: {string.Join(" | ", _app.LogsOf(service).TakeLast(5))}");

    /// <summary>Kills the service (SIGKILL) and prevents its restart until the result is disposed.</summary>
    public Task<IAsyncDisposable> KeepDownAsync(string service) => _app!.KeepDownAsync(service);

    public NpgsqlDataSource Open(string database) =>
        NpgsqlDataSource.Create($"{Postgres};Database={database};Command Timeout=0;Maximum Pool Size=20");

    /// <summary>The machine, the versions and the settings that affect the figures.</summary>
    public async Task<Dictionary<string, string>> SettingsAsync(Options options)
    {
        Dictionary<string, string> settings = new(Machine.Describe());
        // Every mode has this database.
        await using var version = OrdersDb.CreateCommand("SHOW server_version");
        settings["Postgres"] = $"{await version.ExecuteScalarAsync()}, fsync on";
        settings["Confluent.Kafka"] =
            $"{FileVersionInfo.GetVersionInfo(typeof(IConsumer<,>).Assembly.Location).ProductVersion?.Split('+')[0]} "
            + $"(librdkafka {Library.VersionString})";
        settings["broker"] = Broker.Description;
        settings["telemetry"] = _options.Telemetry ? "on, sent with OTLP to a collector that drops it" : "recorded, not sent";
        foreach (var option in options.Shown) settings[$"--{option.Key}"] = option.Value;
        return settings;
    }

    static Uri Loopback(Uri endpoint) => new UriBuilder(endpoint) { Host = "127.0.0.1" }.Uri;

    static IReadOnlyDictionary<string, string> Nothing { get; } = new Dictionary<string, string>();

    public async ValueTask DisposeAsync()
    {
        if (_collector is not null) await _collector.DisposeAsync();
        if (PaymentsDb is not null) await PaymentsDb.DisposeAsync();
        if (OrdersDb is not null) await OrdersDb.DisposeAsync();
        if (_app is not null) await _app.DisposeAsync();
        if (Broker is not null) await Broker.DisposeAsync();
        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
    }
}
