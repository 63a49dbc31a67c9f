using System.Net.Sockets;
using Npgsql;
using PaymentFlow.ServiceDefaults;

namespace PaymentFlow.Messaging.Database;

/// <summary>
/// Tells a database that is away from data that it refuses: the first is waited for, the second is somebody's fault.
/// </summary>
public static class DatabaseFailure
{
    /// <inheritdoc cref="DatabaseAway.Is"/>
    public static bool IsAway(Exception exception) => DatabaseAway.Is(exception);

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
