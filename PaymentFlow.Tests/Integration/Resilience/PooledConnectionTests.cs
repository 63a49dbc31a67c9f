using Npgsql;
using PaymentFlow.AppHost.Development;
using PaymentFlow.Persistence.Database;
using PaymentFlow.Tests.Fixtures;

namespace PaymentFlow.Tests.Integration.Resilience;

/// <summary>
/// Pooled connections are reused without a reset. Neither an open transaction nor a planner setting may be kept.
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
        await using var source = SourceWithDefaults();
        await using var connection = await source.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await QueryAsync<object?>(connection, "CREATE TEMPORARY TABLE grows (id integer PRIMARY KEY)");
        await QueryAsync<object?>(connection, "INSERT INTO grows SELECT generate_series(1, 20)");
        await QueryAsync<object?>(connection, "ANALYZE grows");
        const string Find = "EXPLAIN UPDATE grows g SET id = g.id FROM unnest('{1}'::integer[]) AS i (id) WHERE g.id = i.id";
        Assert.Contains("Seq Scan on grows", await PlanAsync(connection, new NpgsqlBatchCommand(Find)), StringComparison.Ordinal);

        foreach (var prefer in (Func<NpgsqlBatchCommand>[])[IndexScans.Prefer, IndexScans.PreferByIds])
        {
            var plan = await PlanAsync(connection, prefer(), new NpgsqlBatchCommand(Find));
            Assert.Contains("Index Scan using grows_pkey", plan, StringComparison.Ordinal);
            Assert.DoesNotContain("Seq Scan", plan, StringComparison.Ordinal);
            // The preference ends with its batch, so that reports on the same connection may read whole tables.
            Assert.Equal("on", await QueryAsync<string>(connection, "SHOW enable_seqscan"));
            Assert.Equal("auto", await QueryAsync<string>(connection, "SHOW plan_cache_mode"));
        }
    }

    [Fact]
    public async Task A_statement_over_arrays_of_ids_is_planned_once()
    {
        await using var source = SourceWithDefaults();
        await using var connection = await source.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await QueryAsync<object?>(connection, "CREATE TEMPORARY TABLE grows (id integer PRIMARY KEY)");
        // Npgsql prepares a statement at its fifth execution, and Postgres plans a prepared one five times before it compares.
        const int Executions = 20;
        for (var i = 0; i < Executions; i++)
        {
            await using NpgsqlBatch batch = new(connection);
            batch.BatchCommands.Add(IndexScans.PreferByIds());
            batch.BatchCommands.Add(new NpgsqlBatchCommand(
                "UPDATE grows g SET id = g.id FROM unnest($1) AS i (id) WHERE g.id = i.id").With(new[] { i }));
            await batch.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        const string Planned = "FROM pg_prepared_statements WHERE statement LIKE 'UPDATE grows%'";
        Assert.Equal(0L, await QueryAsync<long>(connection, $"SELECT custom_plans {Planned}"));
        Assert.NotEqual(0L, await QueryAsync<long>(connection, $"SELECT generic_plans {Planned}"));
    }

    NpgsqlDataSource SourceWithDefaults()
    {
        NpgsqlDataSourceBuilder builder = new(app.PaymentsDb);
        DatabaseDefaults.Apply(builder);
        return builder.Build();
    }

    static async Task<string> PlanAsync(NpgsqlConnection connection, params NpgsqlBatchCommand[] commands)
    {
        await using NpgsqlBatch batch = new(connection);
        foreach (var command in commands) batch.BatchCommands.Add(command);
        await using var row = await batch.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        for (var skipped = 1; skipped < commands.Length; skipped++) await row.NextResultAsync(TestContext.Current.CancellationToken);
        List<string> lines = [];
        while (await row.ReadAsync(TestContext.Current.CancellationToken)) lines.Add(row.GetString(0));
        return string.Join('\n', lines);
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
