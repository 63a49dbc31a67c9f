using System.Net;
using System.Net.WebSockets;
using PaymentFlow.Tests.Fixtures;

namespace PaymentFlow.Tests.Integration.Orders;

public sealed class LiveTests(OrdersApp app) : IClassFixture<OrdersApp>
{
    [Theory]
    [InlineData("", "Your order is paid")]
    [InlineData("lang=ru", "Ваш заказ оплачен")]
    public async Task A_customer_gets_the_current_state_at_once_and_the_payment_by_push(string query, string message)
    {
        var order = await app.CreateAsync();
        using var live = await LiveClient.OpenAsync(app, order, query);

        var first = await live.NextAsync();
        Assert.NotNull(first);
        Assert.Equal(("order.updated", order.Id, "awaiting_payment", 1), (first.Type, first.OrderId, first.Status, first.Version));

        await app.PublishAsync(order.Payment(version: 3));
        var paid = await live.NextAsync();
        Assert.NotNull(paid);
        Assert.Equal(("paid", 4, message), (paid.Status, paid.Version, paid.Message));
    }

    [Fact]
    public async Task The_language_is_the_browsers_unless_the_query_sets_one()
    {
        var order = await app.CreateAsync();
        using var live = await LiveClient.OpenAsync(app, order.Id, options =>
        {
            options.SetRequestHeader("Authorization", $"Bearer {order.ClientSecret}");
            options.SetRequestHeader("Accept-Language", "de, ru-RU;q=0.9, en;q=0.5");
        });
        Assert.Equal("Ваш заказ ожидает оплаты", (await live.NextAsync())!.Message);
    }

    [Fact]
    public async Task A_browser_sends_its_secret_as_a_subprotocol()
    {
        var order = await app.CreateAsync();
        using var live = await LiveClient.OpenAsync(app, order.Id, options =>
        {
            options.AddSubProtocol("paymentflow.v1");
            options.AddSubProtocol($"bearer.{order.ClientSecret}");
            options.SetRequestHeader("Origin", app.AllowedOrigin);
        });
        Assert.Equal("paymentflow.v1", live.SubProtocol);
        Assert.Equal("awaiting_payment", (await live.NextAsync())!.Status);
    }

    [Fact]
    public async Task A_client_without_access_to_the_order_is_refused_before_the_upgrade()
    {
        var order = await app.CreateAsync();
        Assert.Equal(HttpStatusCode.Unauthorized, await LiveClient.RefusalAsync(app, order.Id, _ => { }));
        Assert.Equal(HttpStatusCode.Unauthorized, await LiveClient.RefusalAsync(app, order.Id,
            options => options.AddSubProtocol("paymentflow.v1")));
        foreach (var key in (string?[])[null, app.OperatorKey])
        {
            Assert.Equal(HttpStatusCode.Unauthorized, await LiveClient.RefusalAsync(app, order.Id, options =>
            {
                options.AddSubProtocol("paymentflow.v1");
                options.AddSubProtocol("bearer.");
                if (key is not null) options.SetRequestHeader("X-Operator-Key", key);
            }));
        }
        Assert.Equal(HttpStatusCode.NotFound, await LiveClient.RefusalAsync(app, order.Id,
            options => options.SetRequestHeader("Authorization", "Bearer nonsense")));
        Assert.Equal(HttpStatusCode.NotFound, await LiveClient.RefusalAsync(app, Guid.CreateVersion7(),
            options => options.SetRequestHeader("Authorization", $"Bearer {order.ClientSecret}")));
        Assert.Equal(HttpStatusCode.NotFound, await LiveClient.RefusalAsync(app, order.Id, options =>
        {
            options.AddSubProtocol("paymentflow.v1");
            options.AddSubProtocol("bearer.nonsense");
        }));
        Assert.Equal(HttpStatusCode.Forbidden, await LiveClient.RefusalAsync(app, order.Id, options =>
        {
            options.SetRequestHeader("Authorization", $"Bearer {order.ClientSecret}");
            options.SetRequestHeader("Origin", "http://evil.example");
        }));
    }

    [Fact]
    public async Task A_request_that_is_not_a_WebSocket_gets_426()
    {
        var order = await app.CreateAsync();
        using HttpRequestMessage request = new(HttpMethod.Get, $"/orders/{order.Id}/live");
        request.Headers.Add("Authorization", $"Bearer {order.ClientSecret}");
        using var response = await app.Http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.UpgradeRequired, response.StatusCode);
        Assert.Equal(["13"], response.Headers.GetValues("Sec-WebSocket-Version"));
        Assert.Equal(["websocket"], response.Headers.GetValues("Upgrade"));
    }

    [Fact]
    public async Task A_client_that_reconnects_gets_the_state_that_it_missed()
    {
        var order = await app.CreateAsync();
        using (var live = await LiveClient.OpenAsync(app, order)) await live.NextAsync();
        await app.PublishAsync(order.Payment(version: 1));
        await app.UntilAsync("paid", "SELECT status FROM orders WHERE id = $1", order.Id);

        using var again = await LiveClient.OpenAsync(app, order);
        Assert.Equal("paid", (await again.NextAsync())!.Status);
    }

    [Fact]
    public async Task Every_socket_of_an_order_receives_its_updates()
    {
        var order = await app.CreateAsync();
        var watchers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => LiveClient.OpenAsync(app, order)));
        await app.PublishAsync(order.Payment(version: 1));
        foreach (var watcher in watchers)
        {
            Assert.Equal(2, (await watcher.UntilAsync("paid")).Version);
            watcher.Dispose();
        }
    }

    [Fact]
    public async Task One_order_opens_only_a_few_sockets_and_a_closed_one_makes_room()
    {
        const int MaxPerOrder = 25;
        var (order, other) = (await app.CreateAsync(), await app.CreateAsync());
        Action<ClientWebSocketOptions> withToken = options => options.SetRequestHeader("Authorization", $"Bearer {order.ClientSecret}");
        var open = await Task.WhenAll(Enumerable.Range(0, MaxPerOrder).Select(_ => LiveClient.OpenAsync(app, order)));

        Assert.Equal(HttpStatusCode.TooManyRequests, await LiveClient.RefusalAsync(app, order.Id, withToken));
        // The order itself can still be read, and other orders are not affected.
        Assert.Equal(HttpStatusCode.OK, (await app.AsCustomerAsync(order, HttpMethod.Get, $"/orders/{order.Id}")).Status);
        using (var live = await LiveClient.OpenAsync(app, other)) Assert.NotNull(await live.NextAsync());

        open[0].Dispose();
        await LiveClient.CanOpenAgainAsync(app, order);
        foreach (var live in open) live.Dispose();
    }

    [Fact]
    public async Task Small_messages_are_ignored_and_a_large_one_ends_the_connection()
    {
        var order = await app.CreateAsync();
        using var live = await LiveClient.OpenAsync(app, order);
        await live.NextAsync();
        for (var i = 0; i < 50; i++) await live.SendAsync(bytes: 100);
        await app.PublishAsync(order.Payment(version: 1));
        Assert.Equal("paid", (await live.NextAsync())!.Status);

        await live.SendAsync(bytes: 64 * 1024);
        Assert.Null(await live.NextAsync());
        Assert.Equal(WebSocketCloseStatus.MessageTooBig, live.CloseStatus);
    }

    [Fact]
    public async Task Versions_only_go_up_even_when_events_arrive_out_of_order()
    {
        var order = await app.CreateAsync();
        using var live = await LiveClient.OpenAsync(app, order);
        foreach (var version in (long[])[4, 2, 4, 3, 9, 8, 9, 1])
            await app.PublishAsync(order.Payment(version, status: "failed"));
        await app.PublishAsync(order.Payment(version: 10));
        Assert.Equal(11, (await live.UntilAsync("paid")).Version);
    }
}
