using Npgsql;

namespace PaymentFlow.AppHost;

/// <summary>
/// Gives each service a database of its own and a role that owns nothing else, as docs/deploy.md recommends. A database from before, which
/// belongs to the administrator, is handed over with its tables.
/// </summary>
static class DatabaseOwner
{
    /// <param name="server">The administrator's connection string, without a database.</param>
    /// <param name="name">The name of the database and of its owner.</param>
    public static async Task CreateAsync(string server, string name, string password, CancellationToken cancellationToken)
    {
        var owner = new NpgsqlCommandBuilder().QuoteIdentifier(name);
        await using NpgsqlConnection administrator = new($"{server};Database=postgres;Pooling=false");
        await administrator.OpenAsync(cancellationToken);
        // Aspire's event that the server is ready and the command "start-afresh" may come here at once. The lock ends with the connection.
        await ExecuteAsync(administrator, "SELECT pg_advisory_lock(1)", cancellationToken);
        if (!await ExistsAsync("SELECT 1 FROM pg_roles WHERE rolname = $1"))
            await ExecuteAsync(administrator, $"CREATE ROLE {owner}", cancellationToken);
        await ExecuteAsync(administrator,
            $"ALTER ROLE {owner} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD '{password}'", cancellationToken);
        await ExecuteAsync(administrator, await ExistsAsync("SELECT 1 FROM pg_database WHERE datname = $1")
            ? $"ALTER DATABASE {owner} OWNER TO {owner}"
            : $"CREATE DATABASE {owner} OWNER {owner}", cancellationToken);
        await ExecuteAsync(administrator, $"REVOKE ALL ON DATABASE {owner} FROM PUBLIC", cancellationToken);

        await using NpgsqlConnection database = new($"{server};Database={name};Pooling=false");
        await database.OpenAsync(cancellationToken);
        // A table's sequences follow it.
        await ExecuteAsync(database, $"""
            DO $$ DECLARE handed_over text; BEGIN
                FOR handed_over IN SELECT format('%I.%I', schemaname, tablename) FROM pg_tables
                    WHERE schemaname = 'public' AND tableowner <> current_database()
                LOOP EXECUTE 'ALTER TABLE ' || handed_over || ' OWNER TO {owner}'; END LOOP;
            END $$
            """, cancellationToken);

        async Task<bool> ExistsAsync(string sql)
        {
            await using NpgsqlCommand exists = new(sql, administrator) { Parameters = { new() { Value = name } } };
            return await exists.ExecuteScalarAsync(cancellationToken) is not null;
        }
    }

    static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = new(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
