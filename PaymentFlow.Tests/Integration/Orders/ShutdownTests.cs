using System.Net.Http.Json;
using System.Net.WebSockets;
using PaymentFlow.Tests.Fixtures;

namespace PaymentFlow.Tests.Integration.Orders;

public sealed class ShutdownTests
{
    [Fact]
    public async Task A_service_that_stops_tells_its_customers_to_reconnect()
    {
        var token = TestContext.Current.CancellationToken;
        var app = await TestHost.StartAsync();
        using HttpClient http = new() { BaseAddress = app.GetEndpoint("order-service") };
        using var response = await http.PostAsJsonAsync("/orders", new { items = new[] { new { productId = "mug", quantity = 1 } } }, token);
        var order = (await response.Content.ReadFromJsonAsync<CreatedOrder>(token))!;
        using ClientWebSocket socket = new();
        socket.Options.SetRequestHeader("Authorization", $"Bearer {order.ClientSecret}");
        await socket.ConnectAsync(new UriBuilder(http.BaseAddress!) { Scheme = "ws", Path = $"/orders/{order.Id}/live" }.Uri, token);
        await socket.ReceiveAsync(new byte[4096], token);

        var stopping = TestHost.StopAsync(app);
        var last = await socket.ReceiveAsync(new byte[4096], token);
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, token);
        await stopping;

        Assert.Equal(WebSocketMessageType.Close, last.MessageType);
        Assert.Equal(WebSocketCloseStatus.EndpointUnavailable, socket.CloseStatus);
    }
}
