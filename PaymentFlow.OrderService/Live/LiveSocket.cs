using System.Globalization;
using System.Net.WebSockets;
using System.Runtime.ExceptionServices;
using PaymentFlow.Messaging.Events;
using PaymentFlow.Messaging.Push;

namespace PaymentFlow.OrderService.Live;

/// <summary>
/// One customer's socket. It keeps the newest state only, so a slow reader skips versions instead of building a queue, and
/// versions only go up whatever order they arrive in.
/// </summary>
/// <remarks>
/// Between two updates, which is nearly always, nothing of it but a pending read is alive: a customer who only looks costs no queue,
/// no timer and no task that waits for news. That was 1.6 KB of the heap a socket.
/// </remarks>
sealed class LiveSocket(CultureInfo language, PushJournal journal, TimeProvider time) : IThreadPoolWorkItem
{
    /// <summary>The contract asks nothing of the client; what is larger than this is no misunderstanding any more.</summary>
    const int MaxClientMessageBytes = 1024;
    const int ReceiveBufferBytes = 256;
    static readonly TimeSpan ClosePatience = TimeSpan.FromSeconds(3);

    // Reasons to send that came up since the sender was last through. Whoever makes it 1 starts the sender, so there is never a second
    // one. The first reason is RunAsync's own: nothing is sent before.
    int _reasons = 1;
    WebSocket? _socket;
    OrderEvent? _newest;
    long _sent;
    Goodbye? _goodbye;
    Exception? _failure;

    /// <summary>The newest version that it has taken note of; 0 before the first.</summary>
    public long Newest => Volatile.Read(ref _newest)?.Version ?? 0;

    /// <summary>Takes note of a state; an old or repeated one changes nothing. Returns at once, on any thread.</summary>
    public void Offer(OrderEvent state)
    {
        for (var seen = Volatile.Read(ref _newest); seen is null || seen.Version < state.Version;)
        {
            var before = Interlocked.CompareExchange(ref _newest, state, seen);
            if (ReferenceEquals(before, seen))
            {
                Wake();
                return;
            }
            seen = before;
        }
    }

    /// <summary>Sends what was offered, and then whatever is newer, until the client leaves or the service stops.</summary>
    public async Task RunAsync(WebSocket socket, CancellationToken stopping)
    {
        LiveMetrics.SocketOpened();
        try
        {
            _socket = socket;
            StartSending();
            // 1001: clients reconnect, elsewhere.
            await using (stopping.UnsafeRegister(static live => ((LiveSocket)live!).Leave(WebSocketCloseStatus.EndpointUnavailable), this))
                await ReceiveAsync(socket);
            TrySayGoodbye(WebSocketCloseStatus.NormalClosure);
            await _goodbye!.Said.WaitAsync(ClosePatience, time, CancellationToken.None);
        }
        catch (Exception e) when (IsEnd(e) || e is TimeoutException)
        {
            // The client is gone without a goodbye, or was dropped for a missing pong: as ordinary an end as the others.
            socket.Abort();
            if (_failure is { } failure) ExceptionDispatchInfo.Throw(failure);
        }
        finally
        {
            LiveMetrics.SocketClosed();
        }
    }

    /// <summary>Reads to see pongs and the close frame, until that comes; what the client says is dropped.</summary>
    async Task ReceiveAsync(WebSocket socket)
    {
        var buffer = new byte[ReceiveBufferBytes];
        for (var messageBytes = 0; ;)
        {
            var received = await socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None);
            if (received.MessageType == WebSocketMessageType.Close) return;
            // Counted before a message's end resets it, so that a single large frame is noticed, too.
            messageBytes += received.Count;
            if (messageBytes > MaxClientMessageBytes) Leave(WebSocketCloseStatus.MessageTooBig);
            if (received.EndOfMessage) messageBytes = 0;
        }
    }

    /// <summary>Says goodbye; a client that does not answer is left for good after a while.</summary>
    void Leave(WebSocketCloseStatus status)
    {
        if (TrySayGoodbye(status)) _ = AbortAsync();

        async Task AbortAsync()
        {
            await Task.Delay(ClosePatience, time);
            _socket!.Abort();
        }
    }

    /// <summary>Has the sender close the socket, as the last that it does.</summary>
    /// <returns>False when that was said before: the first status is the one that counts.</returns>
    bool TrySayGoodbye(WebSocketCloseStatus status)
    {
        if (Interlocked.CompareExchange(ref _goodbye, new Goodbye(status), null) is not null) return false;
        Wake();
        return true;
    }

    void Wake()
    {
        if (Interlocked.Increment(ref _reasons) == 1) StartSending();
    }

    void StartSending() => ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);

    void IThreadPoolWorkItem.Execute() => _ = SendAsync(_socket!);

    async Task SendAsync(WebSocket socket)
    {
        try
        {
            int seen;
            do
            {
                seen = Volatile.Read(ref _reasons);
                await SendNewestAsync(socket);
                if (Volatile.Read(ref _goodbye) is not { } goodbye) continue;
                await socket.CloseOutputAsync(goodbye.Status, statusDescription: null, CancellationToken.None);
                goodbye.IsSaid();
                // A reason is left behind, so nothing is ever sent after it.
                return;
            }
            while (Interlocked.Add(ref _reasons, -seen) != 0);
        }
        catch (Exception e)
        {
            // The reading half hears of it by the end of the socket, and ends too.
            if (!IsEnd(e)) _failure = e;
            socket.Abort();
        }
    }

    /// <remarks>A send under way is not canceled, as that would abort the socket: it goes through, or the missing pong ends it, or a patience.</remarks>
    async Task SendNewestAsync(WebSocket socket)
    {
        var state = Volatile.Read(ref _newest)!;
        if (state.Version <= _sent) return;
        await socket.SendAsync(LiveFrame.For(state, language), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
        // The first frame is the order as it was found, which no push brought.
        if (_sent > 0)
        {
            LiveMetrics.PushDuration.Record((time.GetUtcNow() - state.UpdatedAt).TotalSeconds);
            journal.Shown(state.OrderId, state.Version);
        }
        _sent = state.Version;
    }

    static bool IsEnd(Exception exception) => exception is WebSocketException or OperationCanceledException or ObjectDisposedException;

    sealed class Goodbye(WebSocketCloseStatus status)
    {
        readonly TaskCompletionSource _said = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public WebSocketCloseStatus Status { get; } = status;

        public Task Said => _said.Task;

        public void IsSaid() => _said.SetResult();
    }
}
