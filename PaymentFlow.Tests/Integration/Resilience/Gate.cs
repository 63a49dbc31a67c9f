using System.Net;
using System.Net.Sockets;

namespace PaymentFlow.Tests.Integration.Resilience;

/// <summary>An address that refuses connections until it is opened and then forwards them to a server.</summary>
public sealed class Gate : IAsyncDisposable
{
    readonly CancellationTokenSource _closed = new();
    TcpListener? _listener;
    Task _accepting = Task.CompletedTask;

    public Gate()
    {
        // The port has no listener after this, so connections are refused.
        using TcpListener reserve = new(IPAddress.Loopback, 0);
        reserve.Start();
        Port = ((IPEndPoint)reserve.LocalEndpoint).Port;
    }

    public int Port { get; }

    public void Open(string host, int port)
    {
        _listener = new TcpListener(IPAddress.Loopback, Port);
        _listener.Start();
        _accepting = AcceptAsync(_listener, host, port);
    }

    async Task AcceptAsync(TcpListener listener, string host, int port)
    {
        try
        {
            while (true)
            {
                var client = await listener.AcceptTcpClientAsync(_closed.Token);
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
                // One side has closed, so the connection ends.
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _closed.CancelAsync();
        await _accepting;
        _listener?.Dispose();
        _closed.Dispose();
    }
}
