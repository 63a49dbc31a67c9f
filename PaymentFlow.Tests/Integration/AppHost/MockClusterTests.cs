using Confluent.Kafka;
using PaymentFlow.AppHost;

namespace PaymentFlow.Tests.Integration.AppHost;

/// <summary>The benchmarks empty the broker between measurements.</summary>
public sealed class MockClusterTests
{
    const string Topic = "payments";
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_consumer_reads_only_the_records_after_the_deleted_ones()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        using MockCluster broker = new([Topic], partitions: 1);
        using var producer = new ProducerBuilder<Null, string>(new ProducerConfig { BootstrapServers = broker.BootstrapServers }).Build();
        var deleted = await producer.ProduceAsync(Topic, new() { Value = "deleted" }, cancellationToken);
        broker.DeleteRecords(Topic, partition: 0, before: deleted.Offset.Value + 1);
        await producer.ProduceAsync(Topic, new() { Value = "kept" }, cancellationToken);

        using var consumer = new ConsumerBuilder<Ignore, string>(new ConsumerConfig
        {
            BootstrapServers = broker.BootstrapServers,
            GroupId = "test",
        }).Build();
        consumer.Assign(new TopicPartitionOffset(Topic, 0, Offset.Beginning));
        Assert.Equal("kept", consumer.Consume(Patience)?.Message.Value);
    }

    [Fact]
    public void Records_that_do_not_exist_yet_cannot_be_deleted()
    {
        using MockCluster broker = new([Topic], partitions: 1);
        Assert.Throws<InvalidOperationException>(() => broker.DeleteRecords(Topic, partition: 0, before: 1));
    }
}
