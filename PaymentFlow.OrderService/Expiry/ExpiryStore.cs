using Npgsql;
using PaymentFlow.Persistence.Database;

namespace PaymentFlow.OrderService.Expiry;

/// <summary>Finds the orders that have expired.</summary>
sealed class ExpiryStore(NpgsqlDataSource dataSource)
{
    const int Page = 1000;

    /// <summary>
    /// Continues the search among the orders that were created before <paramref name="before"/>, and stores the unpaid ones with the time
    /// at which they expire. Orders that expire earlier were stored when they were created. One replica searches at a time; the others
    /// find nothing.
    /// </summary>
    /// <returns>Whether there may be more.</returns>
    public async Task<bool> SearchAsync(DateTimeOffset before, TimeSpan expireAfter, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand($"""
            WITH place AS MATERIALIZED (SELECT searched_to FROM order_expiry FOR UPDATE SKIP LOCKED),
            page AS MATERIALIZED (
                SELECT id, status, coalesce(expires_at, created_at + $2) AS at FROM orders
                WHERE id > (SELECT searched_to FROM place) AND id < $1 ORDER BY id LIMIT {Page}),
            found AS (
                INSERT INTO expired_orders (order_id, next_at)
                SELECT id, at FROM page WHERE status IN ('awaiting_payment', 'payment_failed') ON CONFLICT DO NOTHING),
            moved AS (
                UPDATE order_expiry SET searched_to = (SELECT id FROM page ORDER BY id DESC LIMIT 1) WHERE EXISTS (SELECT FROM page))
            SELECT count(*) FROM page
            """);
        command.With(Guid.CreateVersion7(before));
        command.With(expireAfter);
        return await command.ExecuteScalarAsync(cancellationToken) is long and >= Page;
    }

    /// <summary>
    /// Takes an order to cancel. Unless it is forgotten, any replica takes it again after <paramref name="retryAfter"/>, also when this one
    /// stops meanwhile.
    /// </summary>
    public async Task<Guid?> TakeAsync(TimeSpan retryAfter, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("""
            WITH due AS MATERIALIZED (
                SELECT order_id FROM expired_orders WHERE next_at <= now() ORDER BY next_at LIMIT 1 FOR UPDATE SKIP LOCKED)
            UPDATE expired_orders SET next_at = now() + $1 WHERE order_id = (SELECT order_id FROM due) RETURNING order_id
            """).With(retryAfter);
        return await command.ExecuteScalarAsync(cancellationToken) as Guid?;
    }

    public async Task ForgetAsync(Guid orderId, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("DELETE FROM expired_orders WHERE order_id = $1");
        command.With(orderId);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
