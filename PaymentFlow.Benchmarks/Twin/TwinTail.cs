using Confluent.Kafka;

namespace PaymentFlow.Benchmarks.Twin;

/// <summary>
/// Follows a topic from its end on its own thread, like every app instance that holds screens. The messages are ignored; only the load
/// counts.
/// </summary>
static class TwinTail
{
    public static void Start(ConsumerConfig group, string topic, int instance)
    {
        ConsumerConfig config = new(group.ToDictionary())
        {
            GroupId = $"twin-tail-{instance}",
            AutoOffsetReset = AutoOffsetReset.Latest,
            EnableAutoCommit = false,
        };
        new Thread(() => Follow(config, topic)) { IsBackground = true, Name = $"tail {instance}" }.Start();
    }

    static void Follow(ConsumerConfig config, string topic)
    {
        using var consumer = new ConsumerBuilder<string, byte[]>(config).Build();
        consumer.Subscribe(topic);
        while (true) consumer.Consume(Timeout.Infinite);
    }
}
