using System.Reflection;
using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace PaymentFlow.AppHost;

/// <summary>
/// A broker of librdkafka's mock API (rdkafka_mock.h). Confluent.Kafka includes the library but does not wrap these calls.
/// </summary>
sealed partial class MockCluster : IDisposable
{
    const string Librdkafka = "librdkafka";
    const int Producer = 0;

    readonly nint _client;
    readonly nint _cluster;

    static MockCluster() => NativeLibrary.SetDllImportResolver(typeof(MockCluster).Assembly, Resolve);

    public MockCluster(IEnumerable<string> topics, int partitions)
    {
        if (!Library.IsLoaded) Library.Load();
        var configuration = ConfNew();
        // Disable the client's log: the client only hosts the broker and would complain that it has no server.
        _ = ConfSet(configuration, "log_level", "0", 0, 0);
        _client = New(Producer, configuration, 0, 0);
        _cluster = _client == 0 ? 0 : ClusterNew(_client, 1);
        if (_cluster == 0) throw new InvalidOperationException("rd_kafka_mock_cluster_new failed");
        // The default waits three seconds for more group members at every start.
        GroupInitialRebalanceDelay(_cluster, 0);
        foreach (var topic in topics) _ = TopicCreate(_cluster, topic, partitions, 1);
    }

    public string BootstrapServers => Marshal.PtrToStringUTF8(Bootstraps(_cluster))!;

    /// <summary>Sets the address that the broker tells its clients: the forwarder's instead of its own.</summary>
    public void AdvertiseAs(string host, int port) => BrokerSetHostPort(_cluster, 1, host, port);

    /// <summary>Deletes the partition's records before the offset, as Kafka's retention does. Later offsets stay valid.</summary>
    public void DeleteRecords(string topic, int partition, long before)
    {
        if (PartitionDeleteRecords(_cluster, topic, partition, before) is not 0 and var error)
            throw new InvalidOperationException($"rd_kafka_mock_partition_delete_records failed: {error}");
    }

    public void Dispose()
    {
        ClusterDestroy(_cluster);
        Destroy(_client);
    }

    /// <summary>
    /// Confluent.Kafka includes several builds of librdkafka and loads one that fits the distribution. This resolves to the loaded one.
    /// </summary>
    static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        if (name != Librdkafka) return 0;
        var loaded = OperatingSystem.IsLinux()
            ? File.ReadLines("/proc/self/maps").Where(line => line.Contains('/')).Select(line => line[line.IndexOf('/')..])
                .FirstOrDefault(file => Path.GetFileName(file).Contains(Librdkafka, StringComparison.Ordinal))
            : null;
        return loaded is not null ? NativeLibrary.Load(loaded) : NativeLibrary.Load(Librdkafka, typeof(Library).Assembly, path);
    }

    [LibraryImport(Librdkafka, EntryPoint = "rd_kafka_conf_new")]
    private static partial nint ConfNew();

    [LibraryImport(Librdkafka, EntryPoint = "rd_kafka_conf_set", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ConfSet(nint configuration, string name, string value, nint error, nint errorSize);

    [LibraryImport(Librdkafka, EntryPoint = "rd_kafka_new")]
    private static partial nint New(int type, nint conf, nint error, nint errorSize);

    [LibraryImport(Librdkafka, EntryPoint = "rd_kafka_destroy")]
    private static partial void Destroy(nint client);

    [LibraryImport(Librdkafka, EntryPoint = "rd_kafka_mock_cluster_new")]
    private static partial nint ClusterNew(nint client, int brokers);

    [LibraryImport(Librdkafka, EntryPoint = "rd_kafka_mock_cluster_destroy")]
    private static partial void ClusterDestroy(nint cluster);

    [LibraryImport(Librdkafka, EntryPoint = "rd_kafka_mock_cluster_bootstraps")]
    private static partial nint Bootstraps(nint cluster);

    [LibraryImport(Librdkafka, EntryPoint = "rd_kafka_mock_topic_create", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int TopicCreate(nint cluster, string topic, int partitions, int replicas);

    [LibraryImport(
        Librdkafka, EntryPoint = "rd_kafka_mock_partition_delete_records", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int PartitionDeleteRecords(nint cluster, string topic, int partition, long before);

    [LibraryImport(Librdkafka, EntryPoint = "rd_kafka_mock_broker_set_host_port", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int BrokerSetHostPort(nint cluster, int broker, string host, int port);

    [LibraryImport(Librdkafka, EntryPoint = "rd_kafka_mock_group_initial_rebalance_delay_ms")]
    private static partial void GroupInitialRebalanceDelay(nint cluster, int milliseconds);
}
