using System.Net.Sockets;
using Npgsql;

namespace PaymentFlow.ServiceDefaults;

/// <summary>Distinguishes a database that is unavailable (retry later) from one that rejects the statement.</summary>
public static class DatabaseAway
{
    /// <summary>
    /// Whether the cause, possibly an inner exception, is a lost connection, a restart, a deadlock or a timeout. The SQLSTATE codes
    /// are from PostgreSQL's documentation, appendix A.
    /// </summary>
    public static bool Is(Exception exception) => exception switch
    {
        // 3D000: the database is still being created. 25006: a standby that is about to be promoted.
        // 57014: the server's statement_timeout or an administrator canceled the statement.
        PostgresException postgres => postgres.IsTransient || postgres.SqlState is "3D000" or "25006" or "57014",
        NpgsqlException or SocketException or TimeoutException => true,
        _ => exception.InnerException is { } inner && Is(inner),
    };
}
