using System.Threading.Channels;
using Confluent.Kafka;

namespace PaymentFlow.Benchmarks.Twin;

/// <summary>Publishes committed events that it gets in memory, and marks the delivered ones in batches.</summary>
/// <param name="outbox">The table that <paramref name="topic"/> is published from.</param>
sealed class TwinRelay(IProducer<string, byte[]> producer, string topic, string outbox, TwinStore store)
{
    const int Page = 1_000;

    readonly Channel<long> _delivered = Channel.CreateUnbounded<long>(new() { SingleReader = true });

    public void Start() => _ = Task.Run(MarkAsync);

    public void Publish(long id, TwinEvent item) => producer.Produce(
        topic, new Message<string, byte[]> { Key = item.OrderId.ToString(), Value = item.ToBytes() }, report =>
        {
            if (report.Error.IsError) Console.Error.WriteLine($"Could not publish an event: {report.Error.Reason}");
            else _delivered.Writer.TryWrite(id);
        });

    /// <summary>Publishes all unpublished rows of the table, page by page.</summary>
    public async Task PublishTableAsync()
    {
        long last = 0;
        while (await store.UnpublishedAsync(last, Page) is { Count: > 0 } page)
        {
            foreach (var (id, item) in page) await PublishPatientlyAsync(id, item);
            last = page[^1].Id;
        }
    }

    /// <summary>Publishes an event. Waits while the queue of Kafka's client is full.</summary>
    public async Task PublishPatientlyAsync(long id, TwinEvent item)
    {
        while (true)
        {
            try
            {
                Publish(id, item);
                return;
            }
            catch (ProduceException<string, byte[]> e) when (e.Error.Code == ErrorCode.Local_QueueFull)
            {
                await Task.Delay(1);
            }
        }
    }

    async Task MarkAsync()
    {
        List<long> ids = [];
        while (await _delivered.Reader.WaitToReadAsync())
        {
            ids.Clear();
            while (ids.Count < Page && _delivered.Reader.TryRead(out var id)) ids.Add(id);
            await store.MarkPublishedAsync(outbox, ids);
        }
    }
}
