using System.Net.WebSockets;
using System.Text.Json.Nodes;

namespace PaymentFlow.Testing.Chaos;

/// <summary>A frame that the customer saw.</summary>
/// <param name="Connection">The number of the customer's connection, starting at 1.</param>
/// <param name="At">A <see cref="TimeProvider"/> timestamp.</param>
public readonly record struct Frame(int Connection, long Version, string Status, long At);

/// <summary>
/// A customer's screen with one WebSocket at a time. When the socket ends, the screen opens another to a random replica, with longer and
/// longer pauses while the attempts fail.
/// </summary>
public sealed class LiveSocket(IReadOnlyList<Uri> services, Guid orderId, string secret, Random random) : IAsyncDisposable
{
    const int MaxFrames = 200;
    static readonly TimeSpan Ping = TimeSpan.FromSeconds(30);
    static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(500);
    static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(20);
    readonly Lock _lock = new();
    readonly List<Frame> _frames = [];
    CancellationTokenSource _closing = new();
    volatile TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously);
    ClientWebSocket? _socket;
    Task _reading = Task.CompletedTask;

    public int Connections { get; private set; }

    /// <summary>Whether a connection is open and has brought its first frame.</summary>
    public bool IsLive { get; private set; }

    public IReadOnlyList<Frame> Frames
    {
        get
        {
            lock (_lock) return [.. _frames];
        }
    }

    public Frame? Last
    {
        get
        {
            lock (_lock) return _frames.Count == 0 ? null : _frames[^1];
        }
    }

    public void Open() => _reading = ReadAsync();

    /// <summary>Closes the page. The customer may <see cref="Open"/> it again.</summary>
    public async Task CloseAsync()
    {
        await _closing.CancelAsync();
        await _reading;
        _closing.Dispose();
        _closing = new CancellationTokenSource();
    }

    /// <summary>Drops the connection, like a phone that loses its network.</summary>
    public void Drop() => _socket?.Abort();

    /// <summary>Waits until the screen shows one of the statuses.</summary>
    /// <returns>False if the screen showed none of them within <paramref name="patience"/>.</returns>
    public async Task<bool> ShowsAsync(TimeSpan patience, CancellationToken cancellationToken, params string[] statuses)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(patience);
        while (true)
        {
            var news = _news.Task;
            if (Last is { } last && statuses.Contains(last.Status)) return true;
            try
            {
                await news.WaitAsync(timeout.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                return false;
            }
        }
    }

    async Task ReadAsync()
    {
        var buffer = new byte[4096];
        var closing = _closing.Token;
        for (var pause = ShortestPause; !closing.IsCancellationRequested; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            using ClientWebSocket socket = new();
            socket.Options.SetRequestHeader("Authorization", $"Bearer {secret}");
            socket.Options.KeepAliveInterval = Ping;
            socket.Options.KeepAliveTimeout = Ping;
            _socket = socket;
            try
            {
                var service = services[random.Next(services.Count)];
                using (var patience = CancellationTokenSource.CreateLinkedTokenSource(closing))
                {
                    patience.CancelAfter(TimeSpan.FromSeconds(10));
                    await socket.ConnectAsync(
                        new UriBuilder(new Uri(service, $"/orders/{orderId}/live")) { Scheme = "ws" }.Uri, patience.Token);
                }
                Connections++;
                while (true)
                {
                    var received = await socket.ReceiveAsync(buffer, closing);
                    if (received.MessageType == WebSocketMessageType.Close) break;
                    Note(JsonNode.Parse(buffer.AsSpan(0, received.Count))!);
                    pause = ShortestPause;
                }
            }
            catch (Exception e) when (e is WebSocketException or OperationCanceledException or HttpRequestException or IOException)
            {
            }
            IsLive = false;
            try
            {
                await Task.Delay(pause * (0.5 + random.NextDouble()), closing);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    void Note(JsonNode frame)
    {
        lock (_lock)
        {
            if (_frames.Count >= MaxFrames) ForgetARepetition();
            _frames.Add(new Frame(
                Connections, frame["version"]!.GetValue<long>(), frame["status"]!.GetValue<string>(),
                TimeProvider.System.GetTimestamp()));
        }
        IsLive = true;
        Interlocked.Exchange(ref _news, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
    }

    /// <summary>
    /// Removes a connection's only frame if it repeats the version before it, so that a page that reconnects often does not fill the
    /// memory.
    /// </summary>
    void ForgetARepetition()
    {
        for (var i = 1; i < _frames.Count - 1; i++)
        {
            var (before, frame, after) = (_frames[i - 1], _frames[i], _frames[i + 1]);
            if (frame.Version != before.Version || frame.Connection == before.Connection || frame.Connection == after.Connection) continue;
            _frames.RemoveAt(i);
            return;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        _closing.Dispose();
    }
}
