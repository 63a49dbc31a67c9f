using System.Net.Http.Json;
using System.Net.WebSockets;
using PaymentFlow.Tests.Integration.Orders;

namespace PaymentFlow.Tests.Integration.Resilience;

/// <summary>Open WebSockets and event streams when a service stops.</summary>
[Collection(nameof(OutageApp))]
public sealed class ShutdownTests(OutageApp app)
{
    [Fact]
    public async Task A_service_that_stops_closes_its_WebSockets_with_EndpointUnavailable_and_ends_its_event_streams()
    {
        var token = TestContext.Current.CancellationToken;
        using HttpClient http = new() { BaseAddress = app.App.GetEndpoint("order-service") };
        using var response = await http.PostAsJsonAsync(
            "/orders", new { items = new[] { new { productId = "mug", quantity = 1 } } }, token);
        var order = (await response.Content.ReadFromJsonAsync<CreatedOrder>(token))!;
        using ClientWebSocket socket = new();
        socket.Options.SetRequestHeader("Authorization", $"Bearer {order.ClientSecret}");
        await socket.ConnectAsync(new UriBuilder(http.BaseAddress!) { Scheme = "ws", Path = $"/orders/{order.Id}/live" }.Uri, token);
        await socket.ReceiveAsync(new byte[4096], token);
        using HttpRequestMessage follow = new(HttpMethod.Get, $"/orders/{order.Id}/events");
        follow.Headers.Authorization = new("Bearer", order.ClientSecret);
        using var stream = await http.SendAsync(follow, HttpCompletionOption.ResponseHeadersRead, token);
        Assert.True(stream.IsSuccessStatusCode);

        app.Terminate("order-service");
        var last = await socket.ReceiveAsync(new byte[4096], token);
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, token);
        // Throws if the end is not the proper one.
        var events = await stream.Content.ReadAsStringAsync(token);
        await app.ReadyAsync("order-service");

        Assert.Equal(WebSocketMessageType.Close, last.MessageType);
        Assert.Equal(WebSocketCloseStatus.EndpointUnavailable, socket.CloseStatus);
        Assert.StartsWith("retry: ", events, StringComparison.Ordinal);
        Assert.Contains("awaiting_payment", events, StringComparison.Ordinal);
    }
}
