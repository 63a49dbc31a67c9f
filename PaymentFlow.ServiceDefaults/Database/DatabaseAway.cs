using System.Net.Sockets;
using Npgsql;

namespace PaymentFlow.ServiceDefaults;

/// <summary>Tells a database that is away, which is worth another try, from one that refuses.</summary>
public static class DatabaseAway
{
    /// <summary>No connection, a restart, a deadlock, a time-out, or one of these within. SQLSTATE classes as in PostgreSQL's appendix A.</summary>
    public static bool Is(Exception exception) => exception switch
    {
        // 3D000: the database itself is not there yet (it is being created). 25006: a stand-by that is about to be promoted.
        // 57014: the server's own statement_timeout, or an administrator, cut the statement short.
        PostgresException postgres => postgres.IsTransient || postgres.SqlState is "3D000" or "25006" or "57014",
        NpgsqlException or SocketException or TimeoutException => true,
        _ => exception.InnerException is { } inner && Is(inner),
    };
}
