using Npgsql;
using OpenTelemetry;
using PaymentFlow.Persistence.Database;

namespace PaymentFlow.PaymentApi.DeliveryCheck;

/// <summary>The table <c>orders_ahead</c>, and the position up to which orders were compared.</summary>
public sealed class AheadStore(NpgsqlDataSource dataSource)
{
    /// <summary>The position in OrderService's changes up to which they were compared; 0 at first.</summary>
    public async Task<long> ComparedToAsync(CancellationToken cancellationToken)
    {
        using var untraced = SuppressInstrumentationScope.Begin();
        await using var command = dataSource.CreateCommand("SELECT compared_to FROM delivery_sweep");
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    public async Task SetComparedToAsync(long position, CancellationToken cancellationToken)
    {
        using var untraced = SuppressInstrumentationScope.Begin();
        await using var command = dataSource.CreateCommand("UPDATE delivery_sweep SET compared_to = $1").With(position);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>The payments of these orders, by order.</summary>
    public async Task<IReadOnlyDictionary<Guid, PaymentState>> PaymentsAsync(
        IEnumerable<Guid> orders, CancellationToken cancellationToken)
    {
        using var untraced = SuppressInstrumentationScope.Begin();
        await using var command = dataSource.CreateCommand("SELECT order_id, id, version, status FROM payments WHERE order_id = ANY($1)")
            .With(orders.ToArray());
        var payments = await command.ListAsync(
            row => (Order: row.GetGuid(0), State: new PaymentState(row.GetGuid(1), row.GetInt64(2), row.GetString(3))), cancellationToken);
        return payments.ToDictionary(payment => payment.Order, payment => payment.State);
    }

    /// <summary>Stores the orders.</summary>
    /// <returns>Those that were not stored before.</returns>
    public async Task<IReadOnlyList<Guid>> AddAsync(IReadOnlyList<OrderAhead> orders, CancellationToken cancellationToken)
    {
        using var untraced = SuppressInstrumentationScope.Begin();
        await using var command = dataSource.CreateCommand("""
            INSERT INTO orders_ahead (order_id, payment_id, payment_version, status) SELECT * FROM unnest($1, $2, $3, $4)
            ON CONFLICT (order_id) DO NOTHING RETURNING order_id
            """)
            .With(orders.Select(order => order.OrderId).ToArray())
            .With(orders.Select(order => order.Versions.PaymentId).ToArray())
            .With(orders.Select(order => order.Versions.PaymentVersion).ToArray())
            .With(orders.Select(order => order.Versions.Status).ToArray());
        return await command.ListAsync(row => row.GetGuid(0), cancellationToken);
    }

    /// <summary>Stored orders, those first that were found first.</summary>
    public async Task<IReadOnlyList<Guid>> FindAsync(int limit, CancellationToken cancellationToken)
    {
        using var untraced = SuppressInstrumentationScope.Begin();
        await using var command = dataSource.CreateCommand("SELECT order_id FROM orders_ahead ORDER BY found_at LIMIT $1").With(limit);
        return await command.ListAsync(row => row.GetGuid(0), cancellationToken);
    }

    public async Task RemoveAsync(IReadOnlyCollection<Guid> orders, CancellationToken cancellationToken)
    {
        using var untraced = SuppressInstrumentationScope.Begin();
        await using var command = dataSource.CreateCommand("DELETE FROM orders_ahead WHERE order_id = ANY($1)").With(orders.ToArray());
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
