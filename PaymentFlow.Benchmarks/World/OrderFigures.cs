using Npgsql;

namespace PaymentFlow.Benchmarks.World;

/// <summary>When OrderService consumed and applied a batch of orders, from its own rows.</summary>
/// <param name="FirstConsumed">When the first event was consumed.</param>
/// <param name="LastApplied">When the last order was written.</param>
sealed record OrderFigures(long Paid, DateTimeOffset FirstConsumed, DateTimeOffset LastApplied)
{
    // Poll a few orders first, because counting all of them each time would load Postgres noticeably.
    const int Sample = 100;
    static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(250);

    /// <summary>Waits until all orders of the batch are paid.</summary>
    /// <exception cref="InvalidOperationException">Not all orders are paid within <paramref name="patience"/>.</exception>
    public static async Task<OrderFigures> WhenAllPaidAsync(NpgsqlDataSource ordersDb, OrderBatch orders, TimeSpan patience)
    {
        using CancellationTokenSource waiting = new(patience);
        long paid;
        try
        {
            var sample = Enumerable.Range(0, Sample)
                .Select(i => orders.IdOf((int)((orders.Count - 1L) * i / (Sample - 1)))).Distinct().ToArray();
            while (await PaidAmongAsync(ordersDb, sample) < sample.Length) await Task.Delay(PollInterval, waiting.Token);
            while ((paid = await AppTarget.PaidAsync(ordersDb, orders)) < orders.Count) await Task.Delay(PollInterval, waiting.Token);
        }
        catch (OperationCanceledException)
        {
            paid = await AppTarget.PaidAsync(ordersDb, orders);
            throw new InvalidOperationException($"Only {paid} of {orders.Count} orders were paid after {patience.TotalSeconds:0} s. "
                + "The broker may have dropped events, or OrderService is slow.");
        }
        await using var command = ordersDb.CreateCommand(
            "SELECT min(consumed_at), max(applied_at) FROM order_history WHERE order_id BETWEEN $1 AND $2");
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
