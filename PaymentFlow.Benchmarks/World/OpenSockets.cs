using System.Collections.Concurrent;
using System.Net.WebSockets;

namespace PaymentFlow.Benchmarks.World;

/// <summary>The open WebSockets of the twin or a peer, one per order.</summary>
public sealed class OpenSockets
{
    readonly ConcurrentDictionary<Guid, WebSocket> _sockets = new();

    public bool Holds(Guid orderId) => _sockets.ContainsKey(orderId);

    /// <summary>Sends the first frame and holds the socket until the client leaves.</summary>
    /// <param name="first">Makes the first frame. Called when the socket can already be pushed to, so that no change is missed.</param>
    public async Task HoldAsync(Guid orderId, WebSocket socket, Func<Task<byte[]>> first)
    {
        _sockets[orderId] = socket;
        try
        {
            await socket.SendAsync(await first(), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
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

    public void Push(Guid orderId, byte[] frame)
    {
        if (_sockets.TryGetValue(orderId, out var socket)) _ = SendAsync(socket, frame);
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
