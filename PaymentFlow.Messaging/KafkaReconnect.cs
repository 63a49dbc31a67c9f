using Confluent.Kafka;

namespace PaymentFlow.Messaging;

/// <summary>How every Kafka client of ours comes back to a broker that is away.</summary>
static class KafkaReconnect
{
    const int Milliseconds = 1_000;

    /// <summary>
    /// About one try a second, unless configured. With librdkafka's own 100 ms, which do not grow as long as no broker answers, a
    /// service makes, and logs, 45 tries a second.
    /// </summary>
    public static void ReconnectPatiently(this ClientConfig config) => config.ReconnectBackoffMs ??= Milliseconds;
}
