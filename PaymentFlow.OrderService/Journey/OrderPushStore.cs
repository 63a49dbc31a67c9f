using Npgsql;
using OpenTelemetry;
using PaymentFlow.Messaging.Push;
using PaymentFlow.Persistence.Database;

namespace PaymentFlow.OrderService.Journey;

/// <summary>Writes table <c>order_pushes</c>, for this service's sockets and, over HTTP, for Web's pages.</summary>
sealed class OrderPushStore(NpgsqlDataSource dataSource) : IPushReceiptStore
{
    public const string Socket = "socket";
    public const string Page = "page";

    public Task AddAsync(IReadOnlyList<PushReceipt> records, CancellationToken cancellationToken) =>
        AddAsync(Socket, records, cancellationToken);

    public async Task AddAsync(string kind, IReadOnlyList<PushReceipt> records, CancellationToken cancellationToken)
    {
        using var untraced = SuppressInstrumentationScope.Begin();
        // Sorted by the key, so that two replicas cannot deadlock. Unknown orders are skipped.
        await using var command = dataSource.CreateCommand("""
            INSERT INTO order_pushes AS p (order_id, version, kind, screens, first_at, last_at)
            SELECT i.order_id, i.version, $6, i.screens, i.first_at, i.last_at
            FROM unnest($1, $2, $3, $4, $5) AS i (order_id, version, screens, first_at, last_at)
            WHERE EXISTS (SELECT FROM orders o WHERE o.id = i.order_id) ORDER BY 1, 2
            ON CONFLICT (order_id, version, kind) DO UPDATE SET screens = least(p.screens::bigint + excluded.screens, 2147483647),
                first_at = least(p.first_at, excluded.first_at), last_at = greatest(p.last_at, excluded.last_at)
            """);
        void Add<T>(Func<PushReceipt, T> value) => command.With(records.Select(value).ToArray());
        Add(record => record.OrderId);
        Add(record => record.Version);
        Add(record => record.Screens);
        Add(record => record.FirstAt.UtcDateTime);
        Add(record => record.LastAt.UtcDateTime);
        command.With(kind);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
