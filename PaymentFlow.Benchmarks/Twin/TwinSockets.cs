using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text;

namespace PaymentFlow.Benchmarks.Twin;

/// <summary>The open WebSockets, one per order.</summary>
sealed class TwinSockets
{
    readonly ConcurrentDictionary<Guid, WebSocket> _sockets = new();

    /// <summary>Sends the first frame and holds the socket until the client leaves.</summary>
    public async Task HoldAsync(Guid orderId, WebSocket socket)
    {
        _sockets[orderId] = socket;
        try
        {
            await socket.SendAsync(
                Encoding.UTF8.GetBytes("""{"status":"awaiting_payment"}"""), WebSocketMessageType.Text, endOfMessage: true,
                CancellationToken.None);
            var buffer = new byte[64];
            while ((await socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None)).MessageType != WebSocketMessageType.Close) { }
        }
        catch (WebSocketException)
        {
            // The client is gone.
        }
        finally
        {
            _sockets.TryRemove(orderId, out _);
        }
    }

    public void Push(TwinEvent item, DateTimeOffset consumed, DateTimeOffset applied)
    {
        if (_sockets.TryGetValue(item.OrderId, out var socket)) _ = SendAsync(socket, item.ToFrame(consumed, applied));
    }

    static async Task SendAsync(WebSocket socket, byte[] frame)
    {
        try
        {
            await socket.SendAsync(frame, WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
        }
        catch (WebSocketException)
        {
            // The client is gone.
        }
    }
}
