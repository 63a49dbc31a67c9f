using Confluent.Kafka;

namespace PaymentFlow.Benchmarks.Twin;

/// <summary>Follows a topic from its end, on a thread of its own, as every instance of the app does that holds screens; for nobody's sake.</summary>
static class TwinTail
{
    public static void Start(ConsumerConfig group, string topic, int instance)
    {
        ConsumerConfig config = new(group.ToDictionary()) { GroupId = $"twin-tail-{instance}", AutoOffsetReset = AutoOffsetReset.Latest, EnableAutoCommit = false };
        new Thread(() => Follow(config, topic)) { IsBackground = true, Name = $"tail {instance}" }.Start();
    }

    static void Follow(ConsumerConfig config, string topic)
    {
        using var consumer = new ConsumerBuilder<string, byte[]>(config).Build();
        consumer.Subscribe(topic);
        while (true) consumer.Consume(Timeout.Infinite);
    }
}
