using PaymentFlow.AppHost.Embedded.Output;
using PaymentFlow.AppHost.Embedded.Running;

namespace PaymentFlow.AppHost.Embedded.Kafka;

/// <summary>
/// librdkafka's own broker, which speaks Kafka's protocol over TCP to any client in any process. It keeps its data in
/// memory and drops what grows too old without a word, which PaymentFlow survives by design. For development and tests.
/// </summary>
sealed class InProcessBroker(KafkaServerResource resource, ResourceOutput output) : IRunner
{
    const int Partitions = 4;

    MockCluster? _cluster;

    /// <summary>
    /// What clients of this broker, and of no other, should be set to: its empty fetches sleep their whole time even when
    /// data arrives, and its rebalances last about a session time-out.
    /// </summary>
    public static IReadOnlyDictionary<string, string> ClientSettings { get; } = new Dictionary<string, string>
    {
        ["Aspire__Confluent__Kafka__Consumer__Config__FetchWaitMaxMs"] = "5",
        ["Aspire__Confluent__Kafka__Consumer__Config__SessionTimeoutMs"] = "2000",
        ["Aspire__Confluent__Kafka__Consumer__Config__HeartbeatIntervalMs"] = "300",
    };

    /// <summary>It runs in this process.</summary>
    public int? ProcessId => Environment.ProcessId;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _cluster = new MockCluster(["payments", "orders"], Partitions);
        output.Write(resource.Name, $"librdkafka's in-process broker listens on {_cluster.BootstrapServers}; it keeps nothing over a restart");
        resource.Started(_cluster.BootstrapServers);
        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        _cluster?.Dispose();
        return ValueTask.CompletedTask;
    }
}
