using PaymentFlow.AppHost;

namespace PaymentFlow.Benchmarks.World;

/// <summary>The broker of a measurement: librdkafka's in a process of its own, or a real one.</summary>
sealed class WorldBroker : IAsyncDisposable
{
    public const string TwinTopic = "twin";
    public const string TwinSecondTopic = "twin-orders";

    /// <summary>One for each kind of peer, which starts with an empty database.</summary>
    public static readonly IReadOnlyList<string> PeerTopics = ["peer-defaults", "peer-latency", "peer-throughput"];

    static readonly string[] Topics = ["payments", "orders", TwinTopic, TwinSecondTopic, .. PeerTopics];

    /// <summary>A real broker notices a killed consumer after this time, which is the shortest that it allows by default.</summary>
    static readonly IReadOnlyDictionary<string, string> RealBrokerSettings = new Dictionary<string, string>
    {
        ["Aspire__Confluent__Kafka__Consumer__Config__SessionTimeoutMs"] = "6000",
        ["Aspire__Confluent__Kafka__Consumer__Config__HeartbeatIntervalMs"] = "2000",
    };

    readonly HelperProcess? _process;

    WorldBroker(string address, HelperProcess? process, WorldOptions options)
    {
        (Address, _process) = (address, process);
        Settings = process is null
            ? RealBrokerSettings
            : LocalKafkaResource.ClientSettings.ToDictionary(
                setting => setting.Key,
                setting => IsFetchWait(setting.Key) && options.FetchWaitMs is { } wait ? $"{wait}" : setting.Value);
        Description = process is null
            ? address
            : $"librdkafka's in-process broker in a separate process, {options.Partitions} partitions, "
                + $"fetch.wait.max.ms {Setting("FetchWaitMaxMs")}, emptied before each measurement";
    }

    /// <summary><c>host:port</c>.</summary>
    public string Address { get; }

    /// <summary>The consumers' settings that the broker needs, for the app, the twin and the peers, as environment variables.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; }

    public string Description { get; }

    /// <summary>Null for a real broker.</summary>
    public int? ProcessId => _process?.Id;

    public static async Task<WorldBroker> StartAsync(WorldOptions options)
    {
        if (options.Kafka is { } kafka)
        {
            await KafkaTopics.CreateMissingAsync(kafka, Topics, options.Partitions);
            return new WorldBroker(kafka, process: null, options);
        }
        var process = await HelperProcess.StartAsync(
            new Dictionary<string, string>(), BrokerProcess.Arguments(Topics, options.Partitions));
        return new WorldBroker(process.Answer, process, options);
    }

    /// <param name="name">The end of the setting's name.</param>
    /// <returns>Null for the client's default.</returns>
    public string? Setting(string name) =>
        Settings.FirstOrDefault(setting => setting.Key.EndsWith(name, StringComparison.Ordinal)).Value;

    /// <summary>
    /// Deletes the records of the in-process broker, which has no index and searches all that it holds at each fetch. To be called when
    /// every consumer has read them. Does nothing to a real broker.
    /// </summary>
    public Task EmptyAsync() => _process is null ? Task.CompletedTask : _process.AskAsync(BrokerProcess.Forget);

    static bool IsFetchWait(string setting) => setting.EndsWith("FetchWaitMaxMs", StringComparison.Ordinal);

    public ValueTask DisposeAsync() => _process?.DisposeAsync() ?? ValueTask.CompletedTask;
}
