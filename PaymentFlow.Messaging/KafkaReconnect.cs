using Confluent.Kafka;

namespace PaymentFlow.Messaging;

/// <summary>How our Kafka clients reconnect to an unavailable broker.</summary>
public static class KafkaReconnect
{
    const int Milliseconds = 1_000;

    /// <summary>
    /// Tries about once per second, unless configured otherwise. librdkafka's default of 100 ms does not grow while no broker answers,
    /// so a service would try, and log, many times per second.
    /// </summary>
    public static void ReconnectPatiently(this ClientConfig config) => config.ReconnectBackoffMs ??= Milliseconds;
}
