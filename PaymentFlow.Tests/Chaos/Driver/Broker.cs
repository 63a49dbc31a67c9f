using System.Net;
using PaymentFlow.AppHost;

namespace PaymentFlow.Tests.Chaos.Driver;

/// <summary>librdkafka's broker behind a wire of ours, so that it keeps its address when it loses everything it holds.</summary>
public sealed class Broker : IAsyncDisposable
{
    public const int Partitions = 4;

    MockCluster _cluster;

    public Broker() => _cluster = Start();

    public TcpProxy Wire { get; } = new();

    public string BootstrapServers => $"127.0.0.1:{Wire.Port}";

    /// <summary>Topics, messages, groups and offsets are gone, acknowledged or not.</summary>
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
