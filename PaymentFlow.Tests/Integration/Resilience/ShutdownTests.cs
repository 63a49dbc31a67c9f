using System.Net.Http.Json;
using System.Net.WebSockets;
using PaymentFlow.Tests.Integration.Orders;

namespace PaymentFlow.Tests.Integration.Resilience;

/// <summary>Open WebSockets of a service that stops.</summary>
[Collection(nameof(OutageApp))]
public sealed class ShutdownTests(OutageApp app)
{
    [Fact]
    public async Task A_service_that_stops_tells_its_customers_to_reconnect()
    {
        var token = TestContext.Current.CancellationToken;
        using HttpClient http = new() { BaseAddress = app.App.GetEndpoint("order-service") };
        using var response = await http.PostAsJsonAsync("/orders", new { items = new[] { new { productId = "mug", quantity = 1 } } }, token);
        var order = (await response.Content.ReadFromJsonAsync<CreatedOrder>(token))!;
        using ClientWebSocket socket = new();
        socket.Options.SetRequestHeader("Authorization", $"Bearer {order.ClientSecret}");
        await socket.ConnectAsync(new UriBuilder(http.BaseAddress!) { Scheme = "ws", Path = $"/orders/{order.Id}/live" }.Uri, token);
        await socket.ReceiveAsync(new byte[4096], token);

        app.Terminate("order-service");
        var last = await socket.ReceiveAsync(new byte[4096], token);
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, token);
        await app.ReadyAsync("order-service");

        Assert.Equal(WebSocketMessageType.Close, last.MessageType);
        Assert.Equal(WebSocketCloseStatus.EndpointUnavailable, socket.CloseStatus);
    }
}
