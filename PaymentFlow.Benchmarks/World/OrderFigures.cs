using Npgsql;

namespace PaymentFlow.Benchmarks.World;

/// <summary>When a batch of orders was worked on, by OrderService's own rows.</summary>
/// <param name="FirstConsumed">When the first of their events was taken in hand.</param>
/// <param name="LastApplied">When the last order was written.</param>
sealed record OrderFigures(long Paid, DateTimeOffset FirstConsumed, DateTimeOffset LastApplied)
{
    static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);

    /// <summary>Waits until all of them are paid.</summary>
    /// <exception cref="InvalidOperationException">They are not, and no more are: events were lost.</exception>
    public static async Task<OrderFigures> WhenAllPaidAsync(NpgsqlDataSource ordersDb, OrderBatch orders, TimeSpan patience, Action? look = null)
    {
        using CancellationTokenSource waiting = new(patience);
        var paid = 0L;
        try
        {
            while ((paid = await AppTarget.PaidAsync(ordersDb, orders)) < orders.Count)
            {
                look?.Invoke();
                await Task.Delay(Look, waiting.Token);
            }
        }
        catch (OperationCanceledException)
        {
            throw new InvalidOperationException($"Of {orders.Count} orders {paid} were paid after {patience.TotalSeconds:0} s: the broker may have dropped events, or they are slow.");
        }
        await using var command = ordersDb.CreateCommand("SELECT min(consumed_at), max(applied_at) FROM order_history WHERE order_id BETWEEN $1 AND $2");
        command.Parameters.Add(new() { Value = orders.Range.First });
        command.Parameters.Add(new() { Value = orders.Range.Last });
        await using var row = await command.ExecuteReaderAsync();
        await row.ReadAsync();
        return new OrderFigures(paid, row.GetFieldValue<DateTimeOffset>(0), row.GetFieldValue<DateTimeOffset>(1));
    }
}
