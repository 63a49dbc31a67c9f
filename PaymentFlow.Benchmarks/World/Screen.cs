using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text.Json;

namespace PaymentFlow.Benchmarks.World;

/// <summary>The frame with status "paid".</summary>
/// <param name="Timestamp">When the frame arrived, as a <see cref="Stopwatch"/> timestamp.</param>
/// <param name="Received">When the frame arrived, by the system clock.</param>
/// <param name="At">When Stripe's answer arrived, from the frame.</param>
/// <param name="Hops">The twin's timestamps by name. The app's timestamps are in its tables.</param>
sealed record PaidFrame(long Timestamp, DateTimeOffset Received, DateTimeOffset At, IReadOnlyDictionary<string, DateTimeOffset> Hops);

/// <summary>A customer's open WebSocket, until the order is paid.</summary>
sealed class Screen : IAsyncDisposable
{
    static readonly HttpMessageInvoker Plain = Invoker(null);

    readonly ClientWebSocket _socket = new();
    readonly TaskCompletionSource _live = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly TaskCompletionSource<PaidFrame> _paid = new(TaskCreationOptions.RunContinuationsAsynchronously);
    Task _reading = Task.CompletedTask;

    Screen()
    {
    }

    public Task<PaidFrame> Paid => _paid.Task;

    /// <summary>HTTP connections; their bytes are counted if <paramref name="wire"/> is given.</summary>
    public static HttpMessageInvoker Invoker(Wire? wire) => new(new SocketsHttpHandler
    {
        ConnectCallback = (context, cancellationToken) => ConnectAsync(context.DnsEndPoint.Port, wire, cancellationToken),
        ActivityHeadersPropagator = null,
    });

    public static async Task<Screen> OpenAsync(Uri live, string? secret, HttpMessageInvoker? invoker = null)
    {
        Screen screen = new();
        if (secret is not null) screen._socket.Options.SetRequestHeader("Authorization", $"Bearer {secret}");
        screen._socket.Options.KeepAliveInterval = Timeout.InfiniteTimeSpan;
        await screen._socket.ConnectAsync(new UriBuilder(live) { Scheme = "ws" }.Uri, invoker ?? Plain, CancellationToken.None);
        screen._reading = screen.ReadAsync();
        await screen._live.Task;
        return screen;
    }

    async Task ReadAsync()
    {
        var buffer = new byte[512];
        try
        {
            while (_socket.State == WebSocketState.Open)
            {
                var received = await _socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None);
                if (received.MessageType == WebSocketMessageType.Close) break;
                Note(Stopwatch.GetTimestamp(), TimeProvider.System.GetUtcNow(), buffer.AsSpan(0, received.Count));
                _live.TrySetResult();
            }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException)
        {
            _live.TrySetException(e);
            _paid.TrySetException(e);
        }
    }

    void Note(long timestamp, DateTimeOffset received, ReadOnlySpan<byte> frame)
    {
        if (frame.IndexOf("\"status\":\"paid\""u8) < 0) return;
        Utf8JsonReader json = new(frame);
        using var document = JsonDocument.ParseValue(ref json);
        Dictionary<string, DateTimeOffset> hops = [];
        if (document.RootElement.TryGetProperty("hops", out var own))
            foreach (var hop in own.EnumerateObject()) hops[hop.Name] = hop.Value.GetDateTimeOffset();
        _paid.TrySetResult(new PaidFrame(timestamp, received, document.RootElement.GetProperty("at").GetDateTimeOffset(), hops));
    }

    static async ValueTask<Stream> ConnectAsync(int port, Wire? wire, CancellationToken cancellationToken)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
            NetworkStream stream = new(socket, ownsSocket: true);
            return wire is null ? stream : new CountingStream(stream, wire);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _socket.Abort();
        await _reading;
        _socket.Dispose();
        // Observe the exceptions of a screen that never got its frame.
        _ = _paid.Task.Exception;
        _ = _live.Task.Exception;
    }
}
