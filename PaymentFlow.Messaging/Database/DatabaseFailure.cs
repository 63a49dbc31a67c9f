using System.Net.Sockets;
using Npgsql;

namespace PaymentFlow.Messaging.Database;

/// <summary>
/// Tells a database that is away from data that it refuses: the first is waited for, the second is somebody's fault.
/// </summary>
public static class DatabaseFailure
{
    /// <summary>Worth a retry: no connection, a restart, a deadlock, a time-out. SQLSTATE classes as in PostgreSQL's appendix A.</summary>
    public static bool IsAway(Exception exception) => exception switch
    {
        // 3D000: the database itself is not there yet (it is being created). 25006: a stand-by that is about to be promoted.
        // 57014: the server's own statement_timeout, or an administrator, cut the statement short.
        PostgresException postgres => postgres.IsTransient || postgres.SqlState is "3D000" or "25006" or "57014",
        NpgsqlException or SocketException or TimeoutException => true,
        _ => exception.InnerException is { } inner && IsAway(inner),
    };

    /// <summary>
    /// The reason is in the data and no retry will change it: class 22 (data exception) and 23 (integrity constraint),
    /// or an error that did not come from the database at all. Everything else, a missing table included, is not the
    /// data's fault and must never cost an event.
    /// </summary>
    public static bool IsInTheData(Exception exception) => exception switch
    {
        PostgresException { SqlState: ['2', '2' or '3', ..] } => true,
        NpgsqlException or SocketException or TimeoutException or OperationCanceledException or ObjectDisposedException => false,
        _ => exception.InnerException is null || IsInTheData(exception.InnerException),
    };
}
