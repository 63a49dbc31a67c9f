using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace PaymentFlow.Testing.Chaos;

/// <summary>How a <see cref="TcpProxy"/> treats its connections.</summary>
public enum Network
{
    Up,

    /// <summary>Every connection is reset, including new ones.</summary>
    Cut,

    /// <summary>Data is passed on with a delay.</summary>
    Slow,

    /// <summary>Connections stay open, but no data passes, as with an unplugged peer.</summary>
    HalfOpen,
}

/// <summary>A proxy on the loopback interface that makes network faults, so that tests need no mocks of our own interfaces.</summary>
public sealed class TcpProxy : IAsyncDisposable
{
    static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(300);
    static readonly byte[] BadGateway = "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray();

    readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    readonly ConcurrentDictionary<Socket, Socket> _connections = new();
    readonly CancellationTokenSource _stopping = new();
    readonly Task _accepting;
    volatile TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    volatile Network _network;
    volatile int _epoch;

    public TcpProxy()
    {
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync();
    }

    public int Port { get; }

    /// <summary>The destination of new connections. Until it is set, they are refused.</summary>
    public IPEndPoint? Target { get; set; }

    /// <summary>Whether the proxy answers the handshake of a WebSocket with 502 and passes on everything else.</summary>
    public bool BreaksWebSockets { get; set; }

    public Network Network
    {
        get => _network;
        set
        {
            _network = value;
            Interlocked.Exchange(ref _changed, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
            if (value == Network.Cut) Reset();
        }
    }

    /// <summary>Resets all open connections. New connections still pass.</summary>
    public void Reset()
    {
        foreach (var (client, server) in _connections)
        {
            client.Close(0);
            server.Close(0);
        }
    }

    /// <summary>
    /// All open connections stay open and pass nothing any more, as when a NAT or a sleeping machine has forgotten them. New connections
    /// pass.
    /// </summary>
    public void Forget() => Interlocked.Increment(ref _epoch);

    async Task AcceptAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            Socket client;
            try
            {
                client = await _listener.AcceptSocketAsync(_stopping.Token);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }
            _ = ServeAsync(client);
        }
    }

    async Task ServeAsync(Socket client)
    {
        using var server = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        client.NoDelay = true;
        var epoch = _epoch;
        try
        {
            if (_network == Network.Cut || Target is not { } target)
            {
                client.Close(0);
                return;
            }
            await PassableAsync(epoch);
            await server.ConnectAsync(target, _stopping.Token);
            _connections[client] = server;
            // When one direction ends, both end, because these protocols do not use half-closed connections.
            await Task.WhenAny(PumpAsync(client, server, epoch, ofClient: true), PumpAsync(server, client, epoch, ofClient: false));
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
        }
        finally
        {
            _connections.TryRemove(client, out _);
            client.Close(0);
            server.Close(0);
        }
    }

    async Task PumpAsync(Socket from, Socket to, int epoch, bool ofClient)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            while (true)
            {
                var read = await from.ReceiveAsync(buffer, _stopping.Token);
                if (read == 0) return;
                if (ofClient && BreaksWebSockets && IsHandshake(buffer.AsSpan(0, read)))
                {
                    await RefuseAsync(from);
                    return;
                }
                if (_network == Network.Slow) await Task.Delay(Delay, _stopping.Token);
                await PassableAsync(epoch);
                for (var sent = 0; sent < read;) sent += await to.SendAsync(buffer.AsMemory(sent, read - sent), _stopping.Token);
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
        }
    }

    static bool IsHandshake(ReadOnlySpan<byte> request) =>
        Encoding.ASCII.GetString(request).Contains("\r\nUpgrade: websocket", StringComparison.OrdinalIgnoreCase);

    async Task RefuseAsync(Socket client)
    {
        await client.SendAsync(BadGateway, _stopping.Token);
        client.Shutdown(SocketShutdown.Send);
        // A reset before the client has read the answer would discard it.
        var rest = new byte[1024];
        while (await client.ReceiveAsync(rest, _stopping.Token) > 0)
        {
            // Nothing more is passed on.
        }
    }

    async Task PassableAsync(int epoch)
    {
        if (epoch != _epoch) await Task.Delay(Timeout.Infinite, _stopping.Token);
        while (_network == Network.HalfOpen)
        {
            var changed = _changed.Task;
            if (_network == Network.HalfOpen) await changed.WaitAsync(_stopping.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        Reset();
        await _accepting;
    }
}
