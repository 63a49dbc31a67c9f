using System.Net.WebSockets;
using System.Text.Json.Nodes;

namespace PaymentFlow.Tests.Integration.Payments;

/// <summary>Reads an order's WebSocket frame by frame.</summary>
public sealed class LiveOrder(ClientWebSocket socket) : IDisposable
{
    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    public async Task<JsonNode> NextAsync()
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        timeout.CancelAfter(Timeout);
        var buffer = new byte[8192];
        var frame = await socket.ReceiveAsync(buffer, timeout.Token);
        Assert.Equal(WebSocketMessageType.Text, frame.MessageType);
        Assert.True(frame.EndOfMessage);
        return JsonNode.Parse(buffer.AsSpan(0, frame.Count))!;
    }

    /// <summary>Reads until the order has the status. Asserts that versions only go up.</summary>
    public async Task<JsonNode> UntilAsync(string status)
    {
        for (long version = 0; ;)
        {
            var frame = await NextAsync();
            var next = frame["version"]!.GetValue<long>();
            Assert.True(next > version, $"Version {next} came after {version}.");
            version = next;
            if (frame["status"]!.GetValue<string>() == status) return frame;
        }
    }

    public void Dispose() => socket.Dispose();
}
