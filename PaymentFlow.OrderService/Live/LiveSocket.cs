using System.Globalization;
using System.Net.WebSockets;
using System.Threading.Channels;
using PaymentFlow.Contracts.Events;
using PaymentFlow.Messaging.Push;

namespace PaymentFlow.OrderService.Live;

/// <summary>
/// One customer's socket. It keeps only the newest state, so a slow client skips versions instead of building a queue. The versions
/// that it sends only increase, even if updates arrive out of order. See docs/decisions/0009-live-socket-sender.md.
/// </summary>
sealed class LiveSocket(CultureInfo language, PushReceiptWriter journal, TimeProvider time)
{
    /// <summary>Clients have nothing to send. A larger message closes the connection.</summary>
    const int MaxClientMessageBytes = 1024;
    const int ReceiveBufferBytes = 256;
    static readonly TimeSpan ClosePatience = TimeSpan.FromSeconds(3);

    readonly Channel<OrderEvent> _states = Channel.CreateBounded<OrderEvent>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    readonly Lock _offering = new();
    long _newest;
    WebSocketCloseStatus? _closeStatus;

    /// <summary>The newest version that was offered; 0 before the first.</summary>
    public long Newest => Volatile.Read(ref _newest);

    /// <summary>Keeps <paramref name="state"/> for sending if it is newer. Never blocks; safe on any thread.</summary>
    public void Offer(OrderEvent state)
    {
        lock (_offering)
        {
            if (state.Version <= _newest) return;
            Volatile.Write(ref _newest, state.Version);
            _states.Writer.TryWrite(state);
        }
    }

    /// <summary>Sends the offered state and every newer one, until the client leaves or the service stops.</summary>
    public async Task RunAsync(WebSocket socket, CancellationToken stopping)
    {
        LiveMetrics.SocketOpened();
        var sending = SendAsync(socket);
        try
        {
            // Close code 1001: the client reconnects, to another replica.
            await using (stopping.UnsafeRegister(_ => Leave(socket, WebSocketCloseStatus.EndpointUnavailable), null))
                await ReceiveAsync(socket);
            RequestClose(WebSocketCloseStatus.NormalClosure);
            await sending.WaitAsync(ClosePatience, time, CancellationToken.None);
        }
        catch (Exception e) when (IsEnd(e) || e is TimeoutException)
        {
            // The client vanished without a close frame or did not answer a ping. This is a normal end.
            socket.Abort();
        }
        finally
        {
            LiveMetrics.SocketClosed();
            // Ends the sender. Its failure is not lost when the client vanished because of it.
            RequestClose(WebSocketCloseStatus.NormalClosure);
            await EndedAsync(sending);
        }
    }

    static async Task EndedAsync(Task sending)
    {
        try
        {
            await sending;
        }
        catch (Exception e) when (IsEnd(e))
        {
            // The client vanished.
        }
    }

    /// <summary>Reads until the close frame arrives; without a pending read no pong is processed. Messages are dropped.</summary>
    async Task ReceiveAsync(WebSocket socket)
    {
        var buffer = new byte[ReceiveBufferBytes];
        for (var messageBytes = 0; ;)
        {
            var received = await socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None);
            if (received.MessageType == WebSocketMessageType.Close) return;
            // Count before the reset below, so that a single large frame is noticed, too.
            messageBytes += received.Count;
            if (messageBytes > MaxClientMessageBytes) Leave(socket, WebSocketCloseStatus.MessageTooBig);
            if (received.EndOfMessage) messageBytes = 0;
        }
    }

    /// <summary>Starts the close handshake. Aborts the connection if the client does not answer in time.</summary>
    void Leave(WebSocket socket, WebSocketCloseStatus status)
    {
        if (RequestClose(status)) _ = AbortAsync();

        async Task AbortAsync()
        {
            await Task.Delay(ClosePatience, time);
            socket.Abort();
        }
    }

    /// <summary>Makes the sender close the socket after the state that waits, if any.</summary>
    /// <returns>False when a close was requested earlier; the first status is used.</returns>
    bool RequestClose(WebSocketCloseStatus status)
    {
        lock (_offering)
        {
            if (_closeStatus is not null) return false;
            _closeStatus = status;
            return _states.Writer.TryComplete();
        }
    }

    /// <remarks>
    /// Sends are not canceled, because that aborts the socket. A stuck send ends with the keep-alive timeout or
    /// <see cref="ClosePatience"/>.
    /// </remarks>
    async Task SendAsync(WebSocket socket)
    {
        try
        {
            var first = true;
            await foreach (var state in _states.Reader.ReadAllAsync())
            {
                await socket.SendAsync(
                    LiveFrame.For(state, language), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
                // Do not count the first frame: it is the state that was read, not a push.
                if (!first)
                {
                    LiveMetrics.PushDuration.Record((time.GetUtcNow() - state.UpdatedAt).TotalSeconds);
                    journal.Shown(state.OrderId, state.Version);
                }
                first = false;
            }
            await socket.CloseOutputAsync(_closeStatus!.Value, statusDescription: null, CancellationToken.None);
        }
        catch
        {
            // Ends the pending read, too.
            socket.Abort();
            throw;
        }
    }

    static bool IsEnd(Exception exception) => exception is WebSocketException or OperationCanceledException or ObjectDisposedException;
}
