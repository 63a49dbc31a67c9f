using Confluent.Kafka;
using PaymentFlow.Benchmarks.World;

namespace PaymentFlow.Benchmarks.Twin;

/// <summary>
/// Applies batches from Kafka to the orders and pushes to their sockets, on its own thread. Offsets are stored after the database's commit.
/// </summary>
/// <param name="second">Publishes a second event per order; null for none.</param>
sealed class TwinConsumer(IConsumer<string, byte[]> consumer, string topic, TwinStore store, OpenSockets sockets, TwinRelay? second)
{
    const int BatchSize = 500;

    long _applied;
    long _firstConsumed;
    long _lastApplied;

    /// <summary>
    /// The number of orders that became paid, and when the first batch was consumed and the last one committed, in UTC ticks.
    /// </summary>
    public TwinFigures Figures =>
        new(Interlocked.Read(ref _applied), Interlocked.Read(ref _firstConsumed), Interlocked.Read(ref _lastApplied));

    public void Reset() => (_applied, _firstConsumed, _lastApplied) = (0, 0, 0);

    public void Start() => new Thread(Run) { IsBackground = true, Name = "consumer" }.Start();

    void Run()
    {
        consumer.Subscribe(topic);
        List<ConsumeResult<string, byte[]>> batch = new(BatchSize);
        while (true)
        {
            batch.Clear();
            for (var next = consumer.Consume(100); next is not null; next = batch.Count < BatchSize ? consumer.Consume(0) : null)
                batch.Add(next);
            if (batch.Count == 0) continue;
            Apply([.. batch.Select(message => TwinEvent.Read(message.Message.Value))]);
            foreach (var last in batch.GroupBy(message => message.TopicPartition).Select(partition => partition.Last()))
                consumer.StoreOffset(last);
        }
    }

    void Apply(IReadOnlyList<TwinEvent> events)
    {
        var consumed = TimeProvider.System.GetUtcNow();
        ICollection<Guid> applied = second is null ? store.ApplyAsync(events).GetAwaiter().GetResult() : ApplyWithEvents(events, second);
        var now = TimeProvider.System.GetUtcNow();
        foreach (var item in events)
            if (applied.Contains(item.OrderId) && sockets.Holds(item.OrderId)) sockets.Push(item.OrderId, item.ToFrame(consumed, now));
        Interlocked.CompareExchange(ref _firstConsumed, consumed.UtcTicks, 0);
        Interlocked.Exchange(ref _lastApplied, now.UtcTicks);
        Interlocked.Add(ref _applied, applied.Count);
    }

    Dictionary<Guid, long>.KeyCollection ApplyWithEvents(IReadOnlyList<TwinEvent> events, TwinRelay relay)
    {
        var applied = store.ApplyWithEventsAsync(events).GetAwaiter().GetResult();
        foreach (var item in events)
            if (applied.TryGetValue(item.OrderId, out var id)) relay.PublishPatientlyAsync(id, item).GetAwaiter().GetResult();
        return applied.Keys;
    }
}

sealed record TwinFigures(long Applied, long FirstConsumed, long LastApplied);
