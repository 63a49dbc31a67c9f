using Npgsql;
using PaymentFlow.AppHost.Development;
using PaymentFlow.Persistence.Database;
using PaymentFlow.Tests.Fixtures;

namespace PaymentFlow.Tests.Integration.Resilience;

/// <summary>
/// Pooled connections keep their plans, because they are reused without a reset. An open transaction must not be kept.
/// See docs/decisions/0006-database-sessions.md.
/// </summary>
public sealed class PooledConnectionTests(PaymentFlowApp app)
{
    [Fact]
    public async Task A_transaction_that_was_left_open_is_rolled_back_before_the_connection_is_reused()
    {
        NpgsqlDataSourceBuilder builder = new(app.PaymentsDb);
        DatabaseDefaults.Apply(builder);
        builder.ConnectionStringBuilder.MaxPoolSize = 1;
        await using var source = builder.Build();

        int first;
        await using (var connection = await source.OpenConnectionAsync(TestContext.Current.CancellationToken))
        {
            first = await QueryAsync<int>(connection, "SELECT pg_backend_pid()");
            await QueryAsync<object?>(connection, "BEGIN; CREATE TABLE left_open (n integer)");
        }

        await using var next = await source.OpenConnectionAsync(TestContext.Current.CancellationToken);
        Assert.Equal(first, await QueryAsync<int>(next, "SELECT pg_backend_pid()"));
        Assert.True(await QueryAsync<bool>(next, "SELECT to_regclass('left_open') IS NULL"));
    }

    [Fact]
    public async Task A_plan_that_was_made_for_a_small_table_suits_a_large_one()
    {
        NpgsqlDataSourceBuilder builder = new(app.PaymentsDb);
        DatabaseDefaults.Apply(builder);
        await using var source = builder.Build();
        await using var connection = await source.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await QueryAsync<object?>(connection, "CREATE TEMPORARY TABLE grows (id integer PRIMARY KEY)");
        await QueryAsync<object?>(connection, "INSERT INTO grows VALUES (1)");
        await QueryAsync<object?>(connection, "ANALYZE grows");
        await QueryAsync<object?>(connection, "PREPARE find (integer) AS SELECT id FROM grows WHERE id = $1");

        Assert.Contains("Index", await QueryAsync<string>(connection, "EXPLAIN EXECUTE find(1)"));
        await QueryAsync<int>(connection, "EXECUTE find(1)");
        await QueryAsync<object?>(
            connection, "PREPARE find_all (integer[]) AS SELECT g.id FROM unnest($1) AS i (id) JOIN grows g ON g.id = i.id");
        Assert.StartsWith("Nested Loop", await QueryAsync<string>(connection, "EXPLAIN EXECUTE find_all('{1}')"), StringComparison.Ordinal);
        Assert.Equal(0, await QueryAsync<long>(connection, "SELECT custom_plans FROM pg_prepared_statements WHERE name = 'find'"));
    }

    [Fact]
    public async Task Of_several_hosts_only_one_that_can_be_written_to_is_used()
    {
        await using ScratchDatabase database = new(app.PaymentsDb);
        await database.InitializeAsync();
        NpgsqlConnectionStringBuilder server = new(app.PaymentsDb)
        {
            Database = new NpgsqlConnectionStringBuilder(database.Source.ConnectionString).Database,
        };
        // Nothing listens on the first host.
        server.Host = $"127.0.0.1:{FreePort.Next()},127.0.0.1:{server.Port}";

        Assert.Equal("off", await ShowAsync(server));
        await database.ExecuteAsync($"ALTER DATABASE {server.Database} SET default_transaction_read_only = on");
        await Assert.ThrowsAsync<NpgsqlException>(() => ShowAsync(server));
        server.TargetSessionAttributes = "any";
        Assert.Equal("on", await ShowAsync(server));

        static async Task<string> ShowAsync(NpgsqlConnectionStringBuilder server)
        {
            NpgsqlDataSourceBuilder builder = new(server.ConnectionString);
            DatabaseDefaults.Apply(builder);
            await using var source = builder.Build();
            await using var connection = await source.OpenConnectionAsync(TestContext.Current.CancellationToken);
            return await QueryAsync<string>(connection, "SHOW transaction_read_only");
        }
    }

    static async Task<T> QueryAsync<T>(NpgsqlConnection connection, string sql)
    {
        await using NpgsqlCommand command = new(sql, connection);
        return (T)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }
}
