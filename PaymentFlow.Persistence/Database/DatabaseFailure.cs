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
        // 3D000: the database is still being created.
        // 57014: the server's statement_timeout or an administrator canceled the statement.
        PostgresException postgres => postgres.IsTransient || IsFailOver(postgres) || postgres.SqlState is "3D000" or "57014",
        NpgsqlException or SocketException or TimeoutException => true,
        _ => exception.InnerException is { } inner && IsAway(inner),
    };

    /// <summary>
    /// Whether the server is not, or no longer, one that can be written to: it rejects writes (25006), stops or starts (57P01 to 57P03),
    /// or a pooler has lost it (class 08). Another server may have taken over.
    /// </summary>
    public static bool IsFailOver(PostgresException failure) =>
        failure.SqlState is "25006" or "57P01" or "57P02" or "57P03" or ['0', '8', ..];

    /// <summary>
    /// Whether the database rejects the data, so that no retry can help: SQLSTATE class 22 (data exception) or 23 (integrity constraint
    /// violation). Any other failure, such as a missing table, is not the data's fault.
    /// </summary>
    public static bool IsInTheData(Exception exception) => exception is PostgresException { SqlState: ['2', '2' or '3', ..] };
}
