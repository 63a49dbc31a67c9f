namespace PaymentFlow.AppHost;

/// <summary>
/// librdkafka's in-process broker. It speaks Kafka's protocol over TCP, so clients in any process can use it. It keeps its data in memory
/// and drops old messages silently; PaymentFlow's delivery check publishes lost events again. For development and tests.
/// </summary>
public sealed class LocalKafkaResource : Resource, IResourceWithConnectionString
{
    readonly Address _address;

    public LocalKafkaResource(string name) : base(name) => _address = new(name);

    /// <summary>
    /// Client settings that only this broker needs. An empty fetch sleeps for its full wait time even when data arrives, and a
    /// rebalance takes about one session timeout. See docs/decisions/0015-local-kafka-and-postgres.md
    /// </summary>
    public static IReadOnlyDictionary<string, string> ClientSettings { get; } = new Dictionary<string, string>
    {
        ["Aspire__Confluent__Kafka__Consumer__Config__FetchWaitMaxMs"] = "5",
        ["Aspire__Confluent__Kafka__Consumer__Config__SessionTimeoutMs"] = "2000",
        ["Aspire__Confluent__Kafka__Consumer__Config__HeartbeatIntervalMs"] = "300",
    };

    /// <summary><c>host:port</c>, once the broker listens.</summary>
    public ReferenceExpression ConnectionStringExpression => ReferenceExpression.Create($"{_address}");

    internal void ListensOn(string bootstrapServers) => _address.Known.TrySetResult(bootstrapServers);

    sealed class Address(string name) : IValueProvider, IManifestExpressionProvider
    {
        public TaskCompletionSource<string> Known { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public string ValueExpression => $"{{{name}.connectionString}}";

        public async ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default) =>
            await Known.Task.WaitAsync(cancellationToken);
    }
}
