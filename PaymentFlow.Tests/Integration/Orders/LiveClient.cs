using System.Net;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using PaymentFlow.Tests.Fixtures;

namespace PaymentFlow.Tests.Integration.Orders;

public sealed record Frame(string Type, Guid OrderId, string Status, long Version, string Message, DateTimeOffset At);

/// <summary>A customer's WebSocket, opened as any client opens it.</summary>
public sealed class LiveClient : IDisposable
{
    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    readonly ClientWebSocket _socket = new();

    public string? SubProtocol => _socket.SubProtocol;

    public WebSocketCloseStatus? CloseStatus => _socket.CloseStatus;

    public static Task<LiveClient> OpenAsync(OrdersApp app, CreatedOrder order, string query = "") =>
        OpenAsync(app, order.Id, options => options.SetRequestHeader("Authorization", $"Bearer {order.ClientSecret}"), query);

    public static async Task<LiveClient> OpenAsync(OrdersApp app, Guid orderId, Action<ClientWebSocketOptions> configure, string query = "")
    {
        LiveClient client = new();
        configure(client._socket.Options);
        await client._socket.ConnectAsync(AddressOf(app, orderId, query), TestContext.Current.CancellationToken);
        return client;
    }

    /// <summary>Waits until the order may have one more socket: the service notices the end of another one a little later.</summary>
    public static Task CanOpenAgainAsync(OrdersApp app, CreatedOrder order) => Eventually.TrueAsync(async () =>
    {
        try
        {
            using var again = await OpenAsync(app, order);
            return await again.NextAsync() is not null;
        }
        catch (WebSocketException)
        {
            return false;
        }
    });

    /// <summary>Asserts that the upgrade is refused, and returns the status.</summary>
    public static async Task<HttpStatusCode> RefusalAsync(OrdersApp app, Guid orderId, Action<ClientWebSocketOptions> configure)
    {
        using ClientWebSocket socket = new();
        socket.Options.CollectHttpResponseDetails = true;
        configure(socket.Options);
        await Assert.ThrowsAsync<WebSocketException>(() =>
            socket.ConnectAsync(AddressOf(app, orderId, ""), TestContext.Current.CancellationToken));
        return socket.HttpStatusCode;
    }

    /// <summary>The next frame, or null when the server closes the connection.</summary>
    public async Task<Frame?> NextAsync()
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Timeout);
        var buffer = new byte[4096];
        var received = await _socket.ReceiveAsync(buffer, patience.Token);
        if (received.MessageType == WebSocketMessageType.Close) return null;
        Assert.True(received.EndOfMessage);
        return JsonSerializer.Deserialize<Frame>(Encoding.UTF8.GetString(buffer, 0, received.Count), JsonSerializerOptions.Web);
    }

    /// <summary>Reads until the first frame with this status. Asserts that versions only go up.</summary>
    public async Task<Frame> UntilAsync(string status)
    {
        for (long version = 0; ;)
        {
            var frame = await NextAsync();
            Assert.NotNull(frame);
            Assert.True(frame.Version > version, $"version {frame.Version} came after {version}");
            if (frame.Status == status) return frame;
            version = frame.Version;
        }
    }

    public Task SendAsync(int bytes) => _socket.SendAsync(
        new byte[bytes], WebSocketMessageType.Binary, endOfMessage: true, TestContext.Current.CancellationToken);

    public void Dispose() => _socket.Dispose();

    static Uri AddressOf(OrdersApp app, Guid orderId, string query) =>
        new UriBuilder(app.Http.BaseAddress!) { Scheme = "ws", Path = $"/orders/{orderId}/live", Query = query }.Uri;
}
