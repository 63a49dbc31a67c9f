using Confluent.Kafka;

namespace PaymentFlow.ServiceDefaults.Kafka;

/// <summary>
/// The settings that producers and consumers share, named as in Aspire.Confluent.Kafka. The last three disable features that only that
/// package has.
/// </summary>
public abstract class KafkaClientSettings
{
    /// <summary><c>host:port[,host:port…]</c>.</summary>
    public string? ConnectionString { get; set; }

    public bool DisableHealthChecks { get; set; }

    public bool DisableMetrics { get; set; }

    public bool DisableTracing { get; set; }
}

/// <summary>Section <c>Aspire:Confluent:Kafka:Producer</c>.</summary>
public sealed class KafkaProducerSettings : KafkaClientSettings
{
    /// <summary>librdkafka's settings, by Confluent.Kafka's names.</summary>
    public ProducerConfig Config { get; } = [];
}

/// <summary>Section <c>Aspire:Confluent:Kafka:Consumer</c>.</summary>
public sealed class KafkaConsumerSettings : KafkaClientSettings
{
    /// <summary>librdkafka's settings, by Confluent.Kafka's names. <c>GroupId</c> is required.</summary>
    public ConsumerConfig Config { get; } = [];
}
