using PaymentFlow.Benchmarks.World;
using PaymentFlow.Testing.Measuring;

namespace PaymentFlow.Benchmarks.Latency;

/// <summary>
/// Splits a payment's time into hops. The timestamps come from the app's tables and from the twin's frames. All processes run on one
/// machine and so share one clock.
/// </summary>
static class Hops
{
    // The push journal is written up to half a second after the push.
    static readonly TimeSpan JournalWritten = TimeSpan.FromSeconds(2);

    const string Claimed = "POST → row claimed";
    const string Yes = "row claimed → Stripe's yes";
    const string Consumed = "Stripe's yes → consumed (commit, relay, Kafka)";
    const string Applied = "consumed → order written";
    const string Pushed = "order written → frame sent (commit, push)";
    const string Shown = "frame sent → frame read";

    public static async Task<IReadOnlyList<(string Name, Latencies Latencies)>> OfAppAsync(
        BenchmarkWorld world, OrderBatch orders, DateTimeOffset[] sent, PaidFrame?[] frames)
    {
        await Task.Delay(JournalWritten);
        Dictionary<string, Latencies> hops = [];
        var claims = await ReadAsync(world.PaymentsDb, orders, """
            SELECT p.order_id, a.started_at FROM payments p JOIN payment_attempts a ON a.id = p.attempt_id
            WHERE p.order_id BETWEEN $1 AND $2
            """);
        var consumed = await ReadAsync(world.OrdersDb, orders,
            "SELECT order_id, consumed_at FROM order_history WHERE order_id BETWEEN $1 AND $2 AND status = 'paid'");
        var applied = await ReadAsync(world.OrdersDb, orders,
            "SELECT order_id, applied_at FROM order_history WHERE order_id BETWEEN $1 AND $2 AND status = 'paid'");
        var pushed = await ReadAsync(world.OrdersDb, orders,
            "SELECT order_id, first_at FROM order_pushes WHERE order_id BETWEEN $1 AND $2 AND kind = 'socket'");
        for (var i = 0; i < orders.Count; i++)
        {
            if (frames[i] is not { } frame) continue;
            var id = orders.IdOf(i);
            Add(hops, Claimed, sent[i], claims[id]);
            Add(hops, Yes, claims[id], frame.At);
            Add(hops, Consumed, frame.At, consumed[id]);
            Add(hops, Applied, consumed[id], applied[id]);
            // The push journal drops records under overload.
            if (!pushed.TryGetValue(id, out var push)) continue;
            Add(hops, Pushed, applied[id], push);
            Add(hops, Shown, push, frame.Received);
        }
        return [.. hops.Select(hop => (hop.Key, hop.Value))];
    }

    public static IReadOnlyList<(string Name, Latencies Latencies)> OfTwin(DateTimeOffset[] sent, PaidFrame?[] frames)
    {
        Dictionary<string, Latencies> hops = [];
        for (var i = 0; i < frames.Length; i++)
        {
            if (frames[i] is not { } frame) continue;
            Add(hops, "POST → twin's clock (HTTP)", sent[i], frame.At);
            Add(hops, "commit of the twin", frame.At, frame.Hops["committed"]);
            Add(hops, Consumed, frame.At, frame.Hops["consumed"]);
            Add(hops, Applied, frame.Hops["consumed"], frame.Hops["applied"]);
            Add(hops, "order written → frame read", frame.Hops["applied"], frame.Received);
        }
        return [.. hops.Select(hop => (hop.Key, hop.Value))];
    }

    /// <summary>
    /// Records 0 for a negative time. Postgres rounds to microseconds and uses the transaction's start time, so an effect can seem to
    /// precede its cause.
    /// </summary>
    static void Add(Dictionary<string, Latencies> hops, string name, DateTimeOffset from, DateTimeOffset to)
    {
        if (!hops.TryGetValue(name, out var latencies)) hops[name] = latencies = new Latencies();
        latencies.Record(to > from ? to - from : TimeSpan.Zero);
    }

    static async Task<Dictionary<Guid, DateTimeOffset>> ReadAsync(Npgsql.NpgsqlDataSource database, OrderBatch orders, string sql)
    {
        await using var command = database.CreateCommand(sql);
        command.Parameters.Add(new() { Value = orders.Range.First });
        command.Parameters.Add(new() { Value = orders.Range.Last });
        await using var row = await command.ExecuteReaderAsync();
        Dictionary<Guid, DateTimeOffset> times = new(orders.Count);
        while (await row.ReadAsync()) times[row.GetGuid(0)] = row.GetFieldValue<DateTimeOffset>(1);
        return times;
    }
}
