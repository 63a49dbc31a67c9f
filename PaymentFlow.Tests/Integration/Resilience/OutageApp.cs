using System.Diagnostics;
using Npgsql;
using PaymentFlow.Testing.Fuzzing;
using PaymentFlow.Testing.Hosting;
using PaymentFlow.Tests.Fixtures;

namespace PaymentFlow.Tests.Integration.Resilience;

/// <summary>These tests share one app and run one after another.</summary>
[CollectionDefinition(nameof(OutageApp))]
public sealed class OutageTestsCollection : ICollectionFixture<OutageApp>;

/// <summary>A PaymentFlow for these tests only. They kill, pause and cut off its parts.</summary>
public sealed class OutageApp : IAsyncLifetime
{
    static readonly HttpClient Http = new();

    public RunningApp App { get; private set; } = null!;

    public async ValueTask InitializeAsync() => App = await TestHost.StartAsync(
        environment: TestHost.EarlyDeliveryCheck.Concat(FuzzWorld.Environment)
            // The claim of a webhook ends soon after its sender was killed.
            .Append(new("Webhooks__Timeout", "00:00:02")).ToDictionary());

    public async ValueTask DisposeAsync() => await TestHost.StopAsync(App);

    /// <summary>Kills the process with SIGKILL. The app host starts it again.</summary>
    public void Kill(string resource)
    {
        using var process = Process.GetProcessById(App.ProcessIdOf(resource)!.Value);
        process.Kill();
        process.WaitForExit();
    }

    /// <summary>Sends SIGTERM, as a deployment or an orchestrator does. The app host starts the process again.</summary>
    public void Terminate(string resource) => ProcessSignal.Terminate.Send(App.ProcessIdOf(resource)!.Value);

    /// <summary>The log lines since the resource last began to shut down, or null if it never did.</summary>
    public IReadOnlyList<string>? LogOfTheEnd(string resource)
    {
        var lines = App.LogsOf(resource).ToList();
        var told = lines.FindLastIndex(line => line.Contains("is shutting down", StringComparison.Ordinal));
        return told < 0 ? null : lines[told..];
    }

    /// <summary>Waits until the resource is healthy.</summary>
    public Task ReadyAsync(string resource) => Eventually.TrueAsync(async () =>
    {
        try
        {
            using var response = await Http.GetAsync(new Uri(App.GetEndpoint(resource), "/health"), TestContext.Current.CancellationToken);
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    });

    /// <summary>Pauses the process until the result is disposed. Its connections stay open.</summary>
    public async Task<IDisposable> PauseAsync(string resource)
    {
        await Eventually.TrueAsync(() => App.ProcessIdOf(resource) is not null);
        var id = App.ProcessIdOf(resource)!.Value;
        ProcessSignal.Stop.Send(id);
        return new Undo(() => ProcessSignal.Continue.Send(id));
    }

    /// <summary>
    /// Ends all connections to the database, as a restart of Postgres does, and refuses new ones until the result is disposed.
    /// </summary>
    public async Task<IDisposable> CutOffAsync(string database)
    {
        await using var server = await ServerAsync();
        await ExecuteAsync(server, $"ALTER DATABASE {database} ALLOW_CONNECTIONS false");
        await EndSessionsAsync(server, database);
        return new Undo(() =>
        {
            using var again = ServerAsync().GetAwaiter().GetResult();
            using var allow = new NpgsqlCommand($"ALTER DATABASE {database} ALLOW_CONNECTIONS true", again);
            allow.ExecuteNonQuery();
        });
    }

    /// <summary>
    /// Makes every session of the database read-only, as on a standby, until the result is disposed. Sessions that were opened before that
    /// stay read-only.
    /// </summary>
    public async Task<IDisposable> RejectWritesAsync(string database)
    {
        await using var server = await ServerAsync();
        await ExecuteAsync(server, $"ALTER DATABASE {database} SET default_transaction_read_only = on");
        await ExecuteAsync(server, $"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}'");
        return new Undo(() =>
        {
            using var again = ServerAsync().GetAwaiter().GetResult();
            using var allow = new NpgsqlCommand($"ALTER DATABASE {database} RESET default_transaction_read_only", again);
            allow.ExecuteNonQuery();
        });
    }

    /// <summary>
    /// A session that is just being opened is not visible yet, and escapes the first look. So this looks until it finds none several times.
    /// </summary>
    static Task EndSessionsAsync(NpgsqlConnection server, string database)
    {
        const int Looks = 3;
        var clean = 0;
        return Eventually.TrueAsync(async () =>
        {
            await using var end = new NpgsqlCommand(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = $1", server)
            {
                Parameters = { new() { Value = database } },
            };
            clean = (long)(await end.ExecuteScalarAsync(TestContext.Current.CancellationToken))! == 0 ? clean + 1 : 0;
            return clean == Looks;
        });
    }

    public async Task<T> QueryAsync<T>(string database, string sql, params object[] parameters)
    {
        await using var connection = new NpgsqlConnection($"{await App.GetConnectionStringAsync(database)};Pooling=false");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var parameter in parameters) command.Parameters.Add(new() { Value = parameter });
        return (T)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }

    /// <summary>Waits until each order has a started payment attempt without an outcome.</summary>
    public Task ClaimedAsync(params Guid[] orders) =>
        Eventually.TrueAsync(async () => await QueryAsync<long>("paymentsdb",
            """
            SELECT count(*) FROM payment_attempts a JOIN payments p ON p.id = a.payment_id
            WHERE p.order_id = ANY($1) AND a.status = 'started'
            """, orders) == orders.Length);

    public Task OrderIsAsync(string status, Guid order) =>
        Eventually.TrueAsync(async () => await QueryAsync<string>("ordersdb", "SELECT status FROM orders WHERE id = $1", order) == status);

    async Task<NpgsqlConnection> ServerAsync()
    {
        var address = new NpgsqlConnectionStringBuilder(await App.GetConnectionStringAsync("postgres"))
        {
            Database = "postgres",
            Pooling = false,
        };
        var connection = new NpgsqlConnection(address.ConnectionString);
        await connection.OpenAsync(CancellationToken.None);
        return connection;
    }

    static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(CancellationToken.None);
    }

    sealed class Undo(Action undo) : IDisposable
    {
        Action? _undo = undo;

        public void Dispose() => Interlocked.Exchange(ref _undo, null)?.Invoke();
    }
}
