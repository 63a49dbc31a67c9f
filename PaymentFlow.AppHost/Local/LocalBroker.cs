using System.Net;
using System.Net.Sockets;

namespace PaymentFlow.AppHost;

/// <summary>An in-process broker that can lose all data and keep its address.</summary>
sealed class LocalBroker(string[] topics, int partitions) : IDisposable
{
    readonly Lock _lock = new();
    readonly CancellationTokenSource _stopping = new();
    MockCluster? _cluster;
    TcpListener? _forwarder;
    IPEndPoint? _address;
    CancellationTokenSource? _connections;

    public bool IsRunning => _cluster is not null;

    public string BootstrapServers => _address?.ToString() ?? throw new InvalidOperationException("The broker was not started.");

    public void Start()
    {
        _cluster = new MockCluster(topics, partitions);
        _address = IPEndPoint.Parse(_cluster.BootstrapServers);
    }

    /// <summary>
    /// Replaces the broker with an empty one. librdkafka chooses a new port for it, so a forwarder listens on the original port from
    /// then on. Before the first loss, clients connect directly.
    /// </summary>
    public void LoseEverything()
    {
        lock (_lock)
        {
            _connections?.Cancel();
            _cluster?.Dispose();
            MockCluster empty = new(topics, partitions);
            empty.AdvertiseAs(_address!.Address.ToString(), _address.Port);
            _cluster = empty;
            _connections = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
            if (_forwarder is null)
            {
                _forwarder = new TcpListener(_address);
                _forwarder.Start();
                _ = ForwardAsync(_forwarder);
            }
        }
    }

    async Task ForwardAsync(TcpListener forwarder)
    {
        try
        {
            while (true)
            {
                var client = await forwarder.AcceptTcpClientAsync(_stopping.Token);
                IPEndPoint target;
                CancellationToken connections;
                lock (_lock) (target, connections) = (IPEndPoint.Parse(_cluster!.BootstrapServers), _connections!.Token);
                _ = JoinAsync(client, target, connections);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // The host is stopping.
        }
    }

    static async Task JoinAsync(TcpClient client, IPEndPoint target, CancellationToken cancellationToken)
    {
        using (client)
        using (TcpClient broker = new() { NoDelay = true })
        {
            try
            {
                client.NoDelay = true;
                await broker.ConnectAsync(target, cancellationToken);
                await Task.WhenAny(
                    client.GetStream().CopyToAsync(broker.GetStream(), cancellationToken),
                    broker.GetStream().CopyToAsync(client.GetStream(), cancellationToken));
            }
            catch (Exception e) when (e is SocketException or IOException or OperationCanceledException)
            {
                // One side closed the connection; disposing closes the other.
            }
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _stopping.Cancel();
            _forwarder?.Dispose();
            _cluster?.Dispose();
            _cluster = null;
        }
    }
}
