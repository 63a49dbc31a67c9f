using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using PaymentFlow.OrderService.DeadLetters;
using PaymentFlow.OrderService.Webhooks;
using PaymentFlow.PaymentApi.Webhooks;
using PaymentFlow.Persistence.Audit;
using PaymentFlow.Persistence.Database;
using PaymentFlow.Persistence.Migrations;
using PaymentFlow.Persistence.Outbox;
using PaymentFlow.Persistence.Pruning;
using PaymentFlow.Testing.Hosting;

namespace PaymentFlow.Tests.Integration.Resilience;

/// <summary>A database like PaymentApi's, or like OrderService's, on the real server, used by one test only.</summary>
public sealed class ScratchDatabase : IAsyncDisposable
{
    readonly IHost _host;
    readonly string _server;
    readonly string _name = $"scratch_{Guid.CreateVersion7():N}";

    /// <param name="more">Adds further services to <see cref="Services"/>.</param>
    /// <param name="ofOrders">Whether the database is like OrderService's.</param>
    public ScratchDatabase(string paymentsDb, Action<HostApplicationBuilder>? more = null, bool ofOrders = false)
    {
        _server = new NpgsqlConnectionStringBuilder(paymentsDb) { Database = "postgres", Pooling = false }.ConnectionString;
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["ConnectionStrings:paymentsdb"] = new NpgsqlConnectionStringBuilder(paymentsDb) { Database = _name }.ConnectionString,
        });
        builder.Configuration.AddSigningKeys();
        builder.Services.AddLogging(logging => logging.ClearProviders());
        builder.Services.AddSingleton(TimeProvider.System);
        more?.Invoke(builder);
        builder.AddDatabase("paymentsdb");
        var service = ofOrders ? typeof(DeadLetterPruning).Assembly : typeof(StripeEventPruning).Assembly;
        builder.AddDatabaseMigration("paymentsdb", service, deadLetters: true);
        builder.AddOutbox();
        builder.AddAuditPruning();
        if (ofOrders)
        {
            builder.AddDeadLetterPruning();
            OrderService.Journey.JourneyPruning.AddJourneyPruning(builder);
            builder.AddWebhookPruning();
            OrderService.Notes.NoteStore.AddPruning(builder);
        }
        else
        {
            builder.AddStripeEventPruning();
            PaymentApi.Journey.JourneyPruning.AddJourneyPruning(builder);
        }
        _host = builder.Build();
    }

    public IServiceProvider Services => _host.Services;

    public NpgsqlDataSource Source => _host.Services.GetRequiredService<NpgsqlDataSource>();

    public DatabaseMigration Migration => _host.Services.GetRequiredService<DatabaseMigration>();

    public IEnumerable<PruningRule> Rules => _host.Services.GetServices<PruningRule>();

    public async Task InitializeAsync()
    {
        await Migration.StartAsync(TestContext.Current.CancellationToken);
        await Migration.Completed.WaitAsync(TestContext.Current.CancellationToken);
    }

    public async Task ExecuteAsync(string sql, params object[] parameters)
    {
        await using var command = Command(sql, parameters);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    public async Task<T> QueryAsync<T>(string sql, params object[] parameters)
    {
        await using var command = Command(sql, parameters);
        return (T)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }

    public async ValueTask DisposeAsync()
    {
        await using (NpgsqlConnection server = new(_server))
        {
            await server.OpenAsync(CancellationToken.None);
            await using NpgsqlCommand drop = new($"DROP DATABASE {_name} WITH (FORCE)", server);
            await drop.ExecuteNonQueryAsync(CancellationToken.None);
        }
        _host.Dispose();
    }

    NpgsqlCommand Command(string sql, object[] parameters)
    {
        var command = Source.CreateCommand(sql);
        foreach (var parameter in parameters) command.Parameters.Add(new() { Value = parameter });
        return command;
    }
}
