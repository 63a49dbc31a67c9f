using System.Net.Sockets;
using Npgsql;

namespace PaymentFlow.Persistence.Database;

/// <summary>
/// Distinguishes an unavailable database (retry) from data that the database rejects (dead letter).
/// </summary>
public static class DatabaseFailure
{
    /// <summary>
    /// Whether the cause, possibly an inner exception, is a lost connection, a restart, a deadlock or a timeout. The SQLSTATE codes
    /// are from PostgreSQL's documentation, appendix A.
    /// </summary>
    public static bool IsAway(Exception exception) => exception switch
    {
        // 3D000: the database is still being created. 25006: a standby that is about to be promoted.
        // 57014: the server's statement_timeout or an administrator canceled the statement.
        PostgresException postgres => postgres.IsTransient || postgres.SqlState is "3D000" or "25006" or "57014",
        NpgsqlException or SocketException or TimeoutException => true,
        _ => exception.InnerException is { } inner && IsAway(inner),
    };

    /// <summary>
    /// Whether the cause is in the data, so that no retry can help: SQLSTATE class 22 (data exception) or 23 (integrity constraint
    /// violation), or an error that did not come from the database. Any other failure, such as a missing table, is not the data's
    /// fault and must not dead-letter an event.
    /// </summary>
    public static bool IsInTheData(Exception exception) => exception switch
    {
        PostgresException { SqlState: ['2', '2' or '3', ..] } => true,
        NpgsqlException or SocketException or TimeoutException or OperationCanceledException or ObjectDisposedException => false,
        _ => exception.InnerException is null || IsInTheData(exception.InnerException),
    };
}
