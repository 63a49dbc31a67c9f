using System.Net;
using System.Net.WebSockets;
using PaymentFlow.Tests.Fixtures;

namespace PaymentFlow.Tests.Integration.Orders;

public sealed class EventStreamTests(OrdersApp app) : IClassFixture<OrdersApp>
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("", "Your order is paid")]
    [InlineData("?lang=ru", "Ваш заказ оплачен")]
    public async Task A_client_gets_the_current_state_at_once_and_the_payment_by_push(string query, string message)
    {
        var order = await app.CreateAsync();
        using var stream = await EventStream.OpenAsync(app, order, query);

        var first = await stream.NextAsync();
        Assert.Equal(("order.updated", order.Id, "awaiting_payment", 1), (first.Type, first.OrderId, first.Status, first.Version));

        await app.PublishAsync(order.Payment(version: 3));
        var paid = await stream.NextAsync();
        Assert.Equal(("paid", 4, message), (paid.Status, paid.Version, paid.Message));
        // The order's journey tells of it, as of a WebSocket's.
        await app.UntilAsync(1L, "SELECT count(*) FROM order_pushes WHERE order_id = $1 AND version = 4 AND kind = 'socket'", order.Id);
    }

    [Fact]
    public async Task No_proxy_stores_or_collects_the_events_and_other_clients_know_when_to_come_back()
    {
        using var stream = await EventStream.OpenAsync(app, await app.CreateAsync());

        Assert.Equal("text/event-stream", stream.Answer.Content.Headers.ContentType?.ToString());
        Assert.Equal("no-store", stream.Answer.Headers.CacheControl?.ToString());
        Assert.Equal(["no"], stream.Answer.Headers.GetValues("X-Accel-Buffering"));
        var retry = Assert.Single(await stream.BlockAsync());
        Assert.InRange(int.Parse(retry["retry: ".Length..], null), 1_000, 3_000);
    }

    [Fact]
    public async Task A_client_that_has_the_newest_version_gets_only_newer_ones()
    {
        var order = await app.CreateAsync();
        using var stream = await EventStream.OpenAsync(app, order, lastEventId: "1");
        // The first comment shows that the service had the time to send an event.
        IReadOnlyList<string> block;
        do
        {
            block = await stream.BlockAsync();
            Assert.DoesNotContain(block, line => line.StartsWith("data:", StringComparison.Ordinal));
        }
        while (block is not [":"]);

        await app.PublishAsync(order.Payment(version: 1));
        var paid = await stream.NextAsync();
        Assert.Equal(("paid", 2), (paid.Status, paid.Version));
    }

    [Theory]
    [InlineData("1")]
    [InlineData("3")]
    [InlineData("0")]
    [InlineData("-2")]
    [InlineData("")]
    [InlineData("two")]
    [InlineData("99999999999999999999")]
    public async Task A_client_that_has_any_other_version_gets_the_present_state_first(string lastEventId)
    {
        var order = await app.CreateAsync();
        await app.PublishAsync(order.Payment(version: 1));
        await app.UntilAsync("paid", "SELECT status FROM orders WHERE id = $1", order.Id);

        using var stream = await EventStream.OpenAsync(app, order, lastEventId: lastEventId);

        Assert.Equal(2, (await stream.NextAsync()).Version);
    }

    [Fact]
    public async Task An_idle_stream_gets_a_comment_from_time_to_time()
    {
        using var stream = await EventStream.OpenAsync(app, await app.CreateAsync());
        await stream.NextAsync();
        for (var i = 0; i < 2; i++) Assert.Equal(":", Assert.Single(await stream.BlockAsync()));
    }

    [Fact]
    public async Task Versions_only_go_up_even_when_events_arrive_out_of_order()
    {
        var order = await app.CreateAsync();
        using var stream = await EventStream.OpenAsync(app, order);
        foreach (var version in (long[])[4, 2, 4, 3, 9, 8, 9, 1])
            await app.PublishAsync(order.Payment(version, status: "failed"));
        await app.PublishAsync(order.Payment(version: 10));
        for (long last = 0; last < 11;)
        {
            var frame = await stream.NextAsync();
            Assert.True(frame.Version > last, $"version {frame.Version} came after {last}");
            last = frame.Version;
        }
    }

    [Fact]
    public async Task WebSockets_and_event_streams_of_an_order_share_its_limit_and_a_closed_one_makes_room()
    {
        const int Sockets = 13;
        const int Streams = 12;
        var order = await app.CreateAsync();
        var sockets = await Task.WhenAll(Enumerable.Range(0, Sockets).Select(_ => LiveClient.OpenAsync(app, order)));
        var streams = await Task.WhenAll(Enumerable.Range(0, Streams).Select(_ => EventStream.OpenAsync(app, order)));

        Assert.Equal(HttpStatusCode.TooManyRequests, await LiveClient.RefusalAsync(
            app, order.Id, options => options.SetRequestHeader("Authorization", $"Bearer {order.ClientSecret}")));
        var refused = await app.AsCustomerAsync(order, HttpMethod.Get, $"/orders/{order.Id}/events");
        Assert.Equal((HttpStatusCode.TooManyRequests, "too_many_connections"), (refused.Status, refused.Code));
        Assert.True(refused.RetryAfter > TimeSpan.Zero);

        streams[0].Dispose();
        await LiveClient.CanOpenAgainAsync(app, order);
        foreach (var open in sockets.Concat<IDisposable>(streams)) open.Dispose();
    }

    [Fact]
    public async Task HEAD_is_answered_without_a_body_and_opens_no_stream()
    {
        var order = await app.CreateAsync();
        using HttpClient oneConnection = new(new SocketsHttpHandler { MaxConnectionsPerServer = 1 }) { BaseAddress = app.Http.BaseAddress };
        // More than the order may have open. The second one also shows that the first has ended, since it uses the same connection.
        for (var i = 0; i < 30; i++)
        {
            using var answer = await oneConnection.SendAsync(EventStream.RequestOf(order, method: HttpMethod.Head), Token);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal("text/event-stream", answer.Content.Headers.ContentType?.ToString());
        }
    }

    [Fact]
    public async Task A_page_of_an_allowed_origin_may_send_the_last_version_that_it_has()
    {
        var order = await app.CreateAsync();
        using HttpRequestMessage preflight = new(HttpMethod.Options, $"/orders/{order.Id}/events");
        preflight.Headers.Add("Origin", app.AllowedOrigin);
        preflight.Headers.Add("Access-Control-Request-Method", "GET");
        preflight.Headers.Add("Access-Control-Request-Headers", "authorization,last-event-id");

        using var allowed = await app.Http.SendAsync(preflight, Token);

        Assert.Equal([app.AllowedOrigin], allowed.Headers.GetValues("Access-Control-Allow-Origin"));
        Assert.Contains("Last-Event-ID", string.Join(',', allowed.Headers.GetValues("Access-Control-Allow-Headers")),
            StringComparison.OrdinalIgnoreCase);
    }
}
