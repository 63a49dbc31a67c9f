namespace PaymentFlow.AppHost;

/// <summary>
/// librdkafka's in-process broker, which speaks Kafka's protocol over TCP to any client in any process. It keeps its data in
/// memory and drops old messages silently; PaymentFlow's delivery check makes that harmless. For development and tests.
/// </summary>
public sealed class LocalKafkaResource : Resource, IResourceWithConnectionString
{
    readonly Address _address;

    public LocalKafkaResource(string name) : base(name) => _address = new(name);

    /// <summary>
    /// The settings that clients of this broker, and of no other, need: its empty fetches sleep for their whole time even when data
    /// arrives, and its rebalances take about a session timeout.
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

        public async ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default) => await Known.Task.WaitAsync(cancellationToken);
    }
}
