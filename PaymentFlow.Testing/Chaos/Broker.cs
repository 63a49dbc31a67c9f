using System.Net;
using PaymentFlow.AppHost;

namespace PaymentFlow.Testing.Chaos;

/// <summary>librdkafka's in-process broker behind a proxy, so that it keeps its address when it is wiped.</summary>
public sealed class Broker : IAsyncDisposable
{
    public const int Partitions = 4;

    MockCluster _cluster;

    public Broker() => _cluster = Start();

    public TcpProxy Wire { get; } = new();

    public string BootstrapServers => $"127.0.0.1:{Wire.Port}";

    /// <summary>Deletes all topics, messages, groups and offsets, including acknowledged messages.</summary>
    public void Wipe()
    {
        var old = _cluster;
        Wire.Target = null;
        Wire.Reset();
        _cluster = Start();
        old.Dispose();
    }

    MockCluster Start()
    {
        MockCluster cluster = new(["payments", "orders"], Partitions);
        cluster.AdvertiseAs("127.0.0.1", Wire.Port);
        Wire.Target = IPEndPoint.Parse(cluster.BootstrapServers);
        return cluster;
    }

    public async ValueTask DisposeAsync()
    {
        await Wire.DisposeAsync();
        _cluster.Dispose();
    }
}
