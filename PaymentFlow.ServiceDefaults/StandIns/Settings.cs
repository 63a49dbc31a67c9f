using Confluent.Kafka;

namespace PaymentFlow.ServiceDefaults.StandIns;

/// <summary>Section <c>Aspire:Npgsql</c>.</summary>
public sealed class NpgsqlSettings
{
    /// <summary>As Npgsql reads it.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>Leaves the check <c>PostgreSql</c> out.</summary>
    public bool DisableHealthChecks { get; set; }

    /// <summary>Leaves Npgsql's spans out.</summary>
    public bool DisableTracing { get; set; }

    /// <summary>Leaves the meter <c>Npgsql</c> out.</summary>
    public bool DisableMetrics { get; set; }
}

/// <summary>What producers and consumers have in common.</summary>
public abstract class KafkaClientSettings
{
    /// <summary><c>host:port[,host:port…]</c>.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>Leaves the integration's own health check out.</summary>
    public bool DisableHealthChecks { get; set; }

    /// <summary>Turns librdkafka's statistics off.</summary>
    public bool DisableMetrics { get; set; }

    /// <summary>Leaves the integration's spans out.</summary>
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
