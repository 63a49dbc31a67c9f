using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace PaymentFlow.Benchmarks.World;

/// <summary>The topics of a real broker. Existing ones are used as they are; none is deleted.</summary>
static class KafkaTopics
{
    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    public static async Task CreateMissingAsync(string kafka, IEnumerable<string> topics, int partitions)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = kafka }).Build();
        var missing = topics.Except(admin.GetMetadata(Timeout).Topics.Select(topic => topic.Topic))
            // -1: the broker's default.
            .Select(topic => new TopicSpecification { Name = topic, NumPartitions = partitions, ReplicationFactor = -1 }).ToList();
        if (missing.Count > 0) await admin.CreateTopicsAsync(missing);
    }
}
