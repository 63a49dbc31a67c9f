using Npgsql;

namespace PaymentFlow.Messaging.Database;

/// <summary>How long anybody waits for Postgres before saying so.</summary>
public static class DatabaseDefaults
{
    const int ConnectSeconds = 5;
    const int CommandSeconds = 10;

    /// <summary>
    /// Every statement here takes milliseconds: one that takes 10 s waits for a server that hangs or a network that swallows,
    /// and its caller had better hear 503 than wait for Npgsql's default of 30 s.
    /// </summary>
    public static void Apply(NpgsqlDataSourceBuilder source)
    {
        source.ConnectionStringBuilder.Timeout = ConnectSeconds;
        source.ConnectionStringBuilder.CommandTimeout = CommandSeconds;
    }
}
