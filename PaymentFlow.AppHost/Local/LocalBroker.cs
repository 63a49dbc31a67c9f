using System.Net;
using System.Net.Sockets;

namespace PaymentFlow.AppHost;

/// <summary>An in-process broker that can lose all data and keep its address.</summary>
/// <remarks>
/// Clients connect through a forwarder. librdkafka chooses a new port for each broker, and child processes inherit its sockets, so a client
/// that is connected directly would wait for a broker that is gone.
/// </remarks>
sealed class LocalBroker(string[] topics, int partitions) : IDisposable
{
    readonly Lock _lock = new();
    readonly CancellationTokenSource _stopping = new();
    readonly TcpListener _forwarder = new(IPAddress.Loopback, 0);
    MockCluster? _cluster;
    CancellationTokenSource? _connections;

    public bool IsRunning => _cluster is not null;

    public string BootstrapServers => Address.ToString();

    IPEndPoint Address => (IPEndPoint)_forwarder.LocalEndpoint;

    public void Start()
    {
        _forwarder.Start();
        StartEmpty();
        _ = ForwardAsync();
    }

    /// <summary>Replaces the broker with an empty one and closes all connections.</summary>
    public void LoseEverything()
    {
        lock (_lock)
        {
            _connections?.Cancel();
            _cluster?.Dispose();
            StartEmpty();
        }
    }

    void StartEmpty()
    {
        MockCluster empty = new(topics, partitions);
        empty.AdvertiseAs(Address.Address.ToString(), Address.Port);
        _cluster = empty;
        _connections = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
    }

    async Task ForwardAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                var client = await _forwarder.AcceptTcpClientAsync(_stopping.Token);
                IPEndPoint target;
                CancellationToken connections;
                lock (_lock) (target, connections) = (IPEndPoint.Parse(_cluster!.BootstrapServers), _connections!.Token);
                _ = JoinAsync(client, target, connections);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException || _stopping.IsCancellationRequested)
            {
                // The host is stopping.
                return;
            }
            catch (SocketException)
            {
                // The client left before it was accepted.
            }
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
            _forwarder.Dispose();
            _cluster?.Dispose();
            _cluster = null;
        }
    }
}
