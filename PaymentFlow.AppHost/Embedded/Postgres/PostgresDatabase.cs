using Npgsql;
using PaymentFlow.AppHost.Embedded.Running;

namespace PaymentFlow.AppHost.Embedded.Postgres;

/// <summary>Creates a database of the server unless it is there, as Aspire does.</summary>
sealed class PostgresDatabase(PostgresDatabaseResource resource) : IRunner
{
    public int? ProcessId => null;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var server = await resource.Parent.GetConnectionStringAsync(cancellationToken);
        await using var connection = new NpgsqlConnection($"{server};Database=postgres;Pooling=false");
        await connection.OpenAsync(cancellationToken);
        await using var exists = new NpgsqlCommand("select 1 from pg_database where datname = $1", connection)
        {
            Parameters = { new() { Value = resource.DatabaseName } },
        };
        if (await exists.ExecuteScalarAsync(cancellationToken) is not null) return;
        var name = new NpgsqlCommandBuilder().QuoteIdentifier(resource.DatabaseName);
        await using var create = new NpgsqlCommand($"create database {name}", connection);
        await create.ExecuteNonQueryAsync(cancellationToken);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
