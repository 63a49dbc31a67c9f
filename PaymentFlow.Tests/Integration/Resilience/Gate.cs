using System.Net;
using System.Net.Sockets;

namespace PaymentFlow.Tests.Integration.Resilience;

/// <summary>An address where nobody answers until it is opened; from then on it leads to a server.</summary>
public sealed class Gate : IAsyncDisposable
{
    readonly CancellationTokenSource _closed = new();
    readonly TcpListener _listener;
    Task _accepting = Task.CompletedTask;

    public Gate()
    {
        // The port is this one's from now on; without a listener on it connections are refused.
        _listener = new TcpListener(IPAddress.Loopback, 0);
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _listener.Stop();
    }

    public int Port { get; }

    public void Open(string host, int port)
    {
        _listener.Server.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        _listener.Start();
        _accepting = AcceptAsync(host, port);
    }

    async Task AcceptAsync(string host, int port)
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_closed.Token);
                _ = JoinAsync(client, host, port);
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    async Task JoinAsync(TcpClient client, string host, int port)
    {
        using (client)
        using (TcpClient server = new() { NoDelay = true })
        {
            try
            {
                client.NoDelay = true;
                await server.ConnectAsync(host, port, _closed.Token);
                await Task.WhenAny(
                    client.GetStream().CopyToAsync(server.GetStream(), _closed.Token),
                    server.GetStream().CopyToAsync(client.GetStream(), _closed.Token));
            }
            catch (Exception e) when (e is SocketException or IOException or OperationCanceledException)
            {
                // Either side is gone: so is the connection.
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _closed.CancelAsync();
        await _accepting;
        _listener.Dispose();
        _closed.Dispose();
    }
}
