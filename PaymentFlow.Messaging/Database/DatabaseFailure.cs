using System.Net.Sockets;
using Npgsql;
using PaymentFlow.ServiceDefaults;

namespace PaymentFlow.Messaging.Database;

/// <summary>
/// Distinguishes an unavailable database (retry) from data that the database rejects (dead letter).
/// </summary>
public static class DatabaseFailure
{
    /// <inheritdoc cref="DatabaseAway.Is"/>
    public static bool IsAway(Exception exception) => DatabaseAway.Is(exception);

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
