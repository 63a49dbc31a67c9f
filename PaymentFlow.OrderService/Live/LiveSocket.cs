using System.Globalization;
using System.Net.WebSockets;
using System.Runtime.ExceptionServices;
using PaymentFlow.Messaging.Push;

namespace PaymentFlow.OrderService.Live;

/// <summary>One customer's socket.</summary>
/// <remarks>
/// While idle, a socket holds only a pending read: no queue, timer or task. See docs/decisions/0009-live-socket-sender.md
/// </remarks>
sealed class LiveSocket(CultureInfo language, PushReceiptWriter journal, TimeProvider time)
    : LiveConnection(LiveMetrics.WebSocket, language, journal, time), IThreadPoolWorkItem
{
    /// <summary>Clients have nothing to send. A larger message closes the connection.</summary>
    const int MaxClientMessageBytes = 1024;
    const int ReceiveBufferBytes = 256;
    static readonly TimeSpan ClosePatience = TimeSpan.FromSeconds(3);

    // Counts the reasons to send since the sender last finished. The caller that raises it from 0 to 1 starts the sender, so only one
    // sender runs at a time. It starts at 1 for RunAsync, so that nothing is sent before RunAsync starts the sender.
    int _reasons = 1;
    WebSocket? _socket;
    CloseRequest? _closeRequest;
    Exception? _failure;

    /// <summary>Sends the offered state and every newer one, until the client leaves or the service stops.</summary>
    public async Task RunAsync(WebSocket socket, CancellationToken stopping)
    {
        using var counted = Count();
        try
        {
            _socket = socket;
            StartSending();
            // Close code 1001: the client reconnects, to another replica.
            await using (stopping.UnsafeRegister(static live => ((LiveSocket)live!).Leave(WebSocketCloseStatus.EndpointUnavailable), this))
                await ReceiveAsync(socket);
            TryRequestClose(WebSocketCloseStatus.NormalClosure);
            await _closeRequest!.Sent.WaitAsync(ClosePatience, Time, CancellationToken.None);
        }
        catch (Exception e) when (IsEnd(e) || e is TimeoutException)
        {
            // The client vanished without a close frame or did not answer a ping. This is a normal end.
            socket.Abort();
            if (_failure is { } failure) ExceptionDispatchInfo.Throw(failure);
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
            if (messageBytes > MaxClientMessageBytes) Leave(WebSocketCloseStatus.MessageTooBig);
            if (received.EndOfMessage) messageBytes = 0;
        }
    }

    /// <summary>Starts the close handshake. Aborts the connection if the client does not answer in time.</summary>
    void Leave(WebSocketCloseStatus status)
    {
        if (TryRequestClose(status)) _ = AbortAsync();

        async Task AbortAsync()
        {
            await Task.Delay(ClosePatience, Time);
            _socket!.Abort();
        }
    }

    /// <summary>Makes the sender close the socket as its last action.</summary>
    /// <returns>False when a close was requested earlier; the first status is used.</returns>
    bool TryRequestClose(WebSocketCloseStatus status)
    {
        if (Interlocked.CompareExchange(ref _closeRequest, new CloseRequest(status), null) is not null) return false;
        Wake();
        return true;
    }

    protected override void Wake()
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
                if (Volatile.Read(ref _closeRequest) is not { } request) continue;
                await socket.CloseOutputAsync(request.Status, statusDescription: null, CancellationToken.None);
                request.MarkSent();
                // Leave _reasons above 0, so that the sender never starts again.
                return;
            }
            while (Interlocked.Add(ref _reasons, -seen) != 0);
        }
        catch (Exception e)
        {
            // Aborting the socket also ends the pending read.
            if (!IsEnd(e)) _failure = e;
            socket.Abort();
        }
    }

    /// <remarks>
    /// Sends are not canceled, because that aborts the socket. A stuck send ends with the keep-alive timeout or
    /// <see cref="ClosePatience"/>.
    /// </remarks>
    async Task SendNewestAsync(WebSocket socket)
    {
        if (Unsent() is not { } state) return;
        await socket.SendAsync(FrameOf(state), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
        Record(state);
    }

    static bool IsEnd(Exception exception) => exception is WebSocketException or OperationCanceledException or ObjectDisposedException;

    sealed class CloseRequest(WebSocketCloseStatus status)
    {
        readonly TaskCompletionSource _sentSource = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public WebSocketCloseStatus Status { get; } = status;

        public Task Sent => _sentSource.Task;

        public void MarkSent() => _sentSource.SetResult();
    }
}
