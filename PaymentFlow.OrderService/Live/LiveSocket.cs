using System.Globalization;
using System.Net.WebSockets;
using System.Threading.Channels;
using PaymentFlow.Messaging.Events;
using PaymentFlow.Messaging.Push;

namespace PaymentFlow.OrderService.Live;

/// <summary>
/// One customer's socket. It keeps the newest state only, so a slow reader skips versions instead of building a queue, and
/// versions only go up whatever order they arrive in.
/// </summary>
sealed class LiveSocket(CultureInfo language, PushJournal journal, TimeProvider time)
{
    /// <summary>The contract asks nothing of the client; what is larger than this is no misunderstanding any more.</summary>
    const int MaxClientMessageBytes = 1024;
    const int ReceiveBufferBytes = 256;
    static readonly TimeSpan ClosePatience = TimeSpan.FromSeconds(3);

    readonly Channel<byte> _news = Channel.CreateBounded<byte>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });
    OrderEvent? _newest;

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
                _news.Writer.TryWrite(0);
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
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            var sending = SendAsync(socket, ended.Token);
            var receiving = ReceiveAsync(socket);
            await Task.WhenAny(sending, receiving, Task.Delay(Timeout.InfiniteTimeSpan, ended.Token));
            await ended.CancelAsync();
            // A send under way is not cancelled, as that would abort the socket: either it goes through, or the missing pong ends it,
            // or, when the service stops, this patience does.
            if (stopping.IsCancellationRequested) await sending.WaitAsync(ClosePatience, time, CancellationToken.None);
            else await sending;
            await CloseAsync(socket, stopping.IsCancellationRequested
                ? WebSocketCloseStatus.EndpointUnavailable // 1001: clients reconnect, elsewhere
                : await receiving);
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or TimeoutException)
        {
            // The client is gone without a goodbye, or was dropped for a missing pong: as ordinary an end as the others.
            socket.Abort();
        }
        finally
        {
            LiveMetrics.SocketClosed();
        }
    }

    async Task SendAsync(WebSocket socket, CancellationToken ended)
    {
        long sent = 0;
        try
        {
            while (await _news.Reader.WaitToReadAsync(ended))
            {
                _news.Reader.TryRead(out _);
                var state = Volatile.Read(ref _newest)!;
                if (state.Version <= sent) continue;
                await socket.SendAsync(LiveFrame.For(state, language), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
                // The first frame is the order as it was found, which no push brought.
                if (sent > 0)
                {
                    LiveMetrics.PushDuration.Record((time.GetUtcNow() - state.UpdatedAt).TotalSeconds);
                    journal.Shown(state.OrderId, state.Version);
                }
                sent = state.Version;
            }
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // The other half ended, or the service stops.
        }
    }

    /// <summary>Reads to see pongs and the close frame; what the client says is dropped.</summary>
    /// <returns>How to close.</returns>
    static async Task<WebSocketCloseStatus> ReceiveAsync(WebSocket socket)
    {
        var buffer = new byte[ReceiveBufferBytes];
        for (var messageBytes = 0; messageBytes <= MaxClientMessageBytes;)
        {
            var received = await socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None);
            if (received.MessageType == WebSocketMessageType.Close) return WebSocketCloseStatus.NormalClosure;
            // Counted before a message's end resets it, so that a single large frame is noticed, too.
            messageBytes += received.Count;
            if (received.EndOfMessage && messageBytes <= MaxClientMessageBytes) messageBytes = 0;
        }
        return WebSocketCloseStatus.MessageTooBig;
    }

    async Task CloseAsync(WebSocket socket, WebSocketCloseStatus status)
    {
        using CancellationTokenSource patience = new(ClosePatience, time);
        try
        {
            await socket.CloseAsync(status, statusDescription: null, patience.Token);
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            socket.Abort();
        }
    }
}
