using Npgsql;

namespace PaymentFlow.Benchmarks.World;

/// <summary>When a batch of orders was worked on, by OrderService's own rows.</summary>
/// <param name="FirstConsumed">When the first of their events was taken in hand.</param>
/// <param name="LastApplied">When the last order was written.</param>
sealed record OrderFigures(long Paid, DateTimeOffset FirstConsumed, DateTimeOffset LastApplied)
{
    // To count all of them each time was an eighth of Postgres' CPU: a few of them tell when it is worth it.
    const int Sample = 100;
    static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);

    /// <summary>Waits until all of them are paid.</summary>
    /// <exception cref="InvalidOperationException">They are not, and no more are: events were lost.</exception>
    public static async Task<OrderFigures> WhenAllPaidAsync(NpgsqlDataSource ordersDb, OrderBatch orders, TimeSpan patience)
    {
        using CancellationTokenSource waiting = new(patience);
        long paid;
        try
        {
            var sample = Enumerable.Range(0, Sample).Select(i => orders.IdOf((int)((orders.Count - 1L) * i / (Sample - 1)))).Distinct().ToArray();
            while (await PaidAmongAsync(ordersDb, sample) < sample.Length) await Task.Delay(Look, waiting.Token);
            while ((paid = await AppTarget.PaidAsync(ordersDb, orders)) < orders.Count) await Task.Delay(Look, waiting.Token);
        }
        catch (OperationCanceledException)
        {
            paid = await AppTarget.PaidAsync(ordersDb, orders);
            throw new InvalidOperationException($"Of {orders.Count} orders {paid} were paid after {patience.TotalSeconds:0} s: the broker may have dropped events, or they are slow.");
        }
        await using var command = ordersDb.CreateCommand("SELECT min(consumed_at), max(applied_at) FROM order_history WHERE order_id BETWEEN $1 AND $2");
        command.Parameters.Add(new() { Value = orders.Range.First });
        command.Parameters.Add(new() { Value = orders.Range.Last });
        await using var row = await command.ExecuteReaderAsync();
        await row.ReadAsync();
        return new OrderFigures(paid, row.GetFieldValue<DateTimeOffset>(0), row.GetFieldValue<DateTimeOffset>(1));
    }

    static async Task<long> PaidAmongAsync(NpgsqlDataSource ordersDb, Guid[] ids)
    {
        await using var command = ordersDb.CreateCommand("SELECT count(*) FROM orders WHERE id = ANY($1) AND status = 'paid'");
        command.Parameters.Add(new() { Value = ids });
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
