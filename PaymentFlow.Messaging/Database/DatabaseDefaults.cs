using Npgsql;

namespace PaymentFlow.Messaging.Database;

/// <summary>How long anybody waits for Postgres before saying so, and how much of it one process takes.</summary>
public static class DatabaseDefaults
{
    const int ConnectSeconds = 10;
    const int CommandSeconds = 10;
    const int NpgsqlsPoolSize = 100;
    const int PoolSize = 12;
    // More than a service has statements.
    const int PreparedStatements = 100;
    const string Planning =
        "SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; SET jit = off";

    /// <summary>
    /// Every statement here takes milliseconds: one that takes 10 s waits for a server that hangs or a network that swallows,
    /// and its caller had better hear 503 than wait for Npgsql's default of 30 s.
    /// </summary>
    public static void Apply(NpgsqlDataSourceBuilder source)
    {
        source.ConnectionStringBuilder.Timeout = ConnectSeconds;
        source.ConnectionStringBuilder.CommandTimeout = CommandSeconds;
        // A server takes 100 connections by default, and one process' pool as well: the first that is busy would shut out all
        // others. More than a dozen make nothing faster on a few cores, and each is a process that Postgres must start: after it was
        // away under load, two slow cores needed longer for three pools of 30 than their openers waited, and so never got there.
        // Who sets another number in the connection string keeps it.
        if (source.ConnectionStringBuilder.MaxPoolSize == NpgsqlsPoolSize) source.ConnectionStringBuilder.MaxPoolSize = PoolSize;
        // What a connection is asked again and again is parsed and planned once: a payment cost Postgres 6.8 ms of CPU without, 4.8 ms with it
        // (throughput, 64 at once, two cores). A pooler that hands every transaction another connection must know prepared statements.
        if (source.ConnectionStringBuilder.MaxAutoPrepare == 0) source.ConnectionStringBuilder.MaxAutoPrepare = PreparedStatements;
        // No statement here leaves anything behind in its session, so there is nothing to reset before the next one. The reset was every second
        // transaction: 10.4 a payment with it, 4.8 without, and 4.4 and 3.2 ms of Postgres' CPU (the same measurement). A transaction that
        // was left open is rolled back all the same.
        source.ConnectionStringBuilder.NoResetOnClose = true;
        // A plan is made once for each statement of a connection, not at each execution, which is what Postgres does otherwise where it takes
        // that for cheaper: a statement of several CTEs is planned for longer than it runs. Until the next ANALYZE it must not be one that
        // fits a table which is still nearly empty, or a guess at what is behind a parameter: every statement here takes few rows and finds
        // each by an index. For the same reason there is nothing worth compiling. Behind a pooler that hands every transaction another
        // connection these are to be set for the database (ALTER DATABASE … SET …).
        source.UsePhysicalConnectionInitializer(SetPlanning, SetPlanningAsync);
    }

    static void SetPlanning(NpgsqlConnection connection)
    {
        using NpgsqlCommand command = new(Planning, connection);
        command.ExecuteNonQuery();
    }

    static async Task SetPlanningAsync(NpgsqlConnection connection)
    {
        await using NpgsqlCommand command = new(Planning, connection);
        await command.ExecuteNonQueryAsync();
    }
}
