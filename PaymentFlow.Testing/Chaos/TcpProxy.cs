using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

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

    readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    readonly ConcurrentDictionary<Socket, Socket> _connections = new();
    readonly CancellationTokenSource _stopping = new();
    readonly Task _accepting;
    volatile TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    volatile Network _network;

    public TcpProxy()
    {
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync();
    }

    public int Port { get; }

    /// <summary>The destination of new connections. Until it is set, they are refused.</summary>
    public IPEndPoint? Target { get; set; }

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
        try
        {
            if (_network == Network.Cut || Target is not { } target)
            {
                client.Close(0);
                return;
            }
            await PassableAsync();
            await server.ConnectAsync(target, _stopping.Token);
            _connections[client] = server;
            // When one direction ends, both end, because these protocols do not use half-closed connections.
            await Task.WhenAny(PumpAsync(client, server), PumpAsync(server, client));
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

    async Task PumpAsync(Socket from, Socket to)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            while (true)
            {
                var read = await from.ReceiveAsync(buffer, _stopping.Token);
                if (read == 0) return;
                if (_network == Network.Slow) await Task.Delay(Delay, _stopping.Token);
                await PassableAsync();
                for (var sent = 0; sent < read;) sent += await to.SendAsync(buffer.AsMemory(sent, read - sent), _stopping.Token);
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
        }
    }

    async Task PassableAsync()
    {
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
