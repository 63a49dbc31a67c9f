using Npgsql;

namespace PaymentFlow.Persistence.Database;

/// <summary>
/// Time-outs, pool size and session handling of every connection to Postgres. See docs/decisions/0006-database-sessions.md.
/// </summary>
public static class DatabaseDefaults
{
    const int ConnectSeconds = 10;
    const int CommandSeconds = 10;
    const int NpgsqlsPoolSize = 100;
    const int PoolSize = 12;
    // More than the number of different statements in a service.
    const int PreparedStatements = 100;

    /// <summary>
    /// The connection string for commands that write. Of several hosts, Npgsql then uses the one that can be written to. A choice in the
    /// connection string takes precedence.
    /// </summary>
    public static NpgsqlConnectionStringBuilder ForWriting(NpgsqlConnectionStringBuilder settings)
    {
        if (settings.Host?.Contains(',') == true) settings.TargetSessionAttributes ??= "read-write";
        return settings;
    }

    /// <summary>
    /// Applies the settings. Every statement normally takes milliseconds. After 10 s the server hangs or the network drops packets, and
    /// the caller should get a 503 instead of waiting for Npgsql's default of 30 s.
    /// </summary>
    public static void Apply(NpgsqlDataSourceBuilder source)
    {
        ForWriting(source.ConnectionStringBuilder);
        source.ConnectionStringBuilder.Timeout = ConnectSeconds;
        source.ConnectionStringBuilder.CommandTimeout = CommandSeconds;
        // Postgres accepts 100 connections by default, and so does Npgsql's pool: one busy process could shut out all others. More than
        // 12 are no faster on a few cores, and opening many at once delays the recovery after an outage. A different size in the
        // connection string takes precedence.
        if (source.ConnectionStringBuilder.MaxPoolSize == NpgsqlsPoolSize) source.ConnectionStringBuilder.MaxPoolSize = PoolSize;
        // Prepare repeated statements, so that Postgres parses them once per connection. A transaction-level pooler in between must
        // support prepared statements.
        if (source.ConnectionStringBuilder.MaxAutoPrepare == 0) source.ConnectionStringBuilder.MaxAutoPrepare = PreparedStatements;
        // No statement leaves session state behind, so resetting a connection would only cost an extra transaction. Npgsql still rolls
        // back a transaction that was left open.
        source.ConnectionStringBuilder.NoResetOnClose = true;
    }
}
