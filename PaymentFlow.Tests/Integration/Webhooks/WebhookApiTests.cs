using System.Net;
using System.Text.Json.Nodes;
using PaymentFlow.Tests.Fixtures;
using PaymentFlow.Tests.Integration.Orders;
using PaymentFlow.Tests.Integration.Payments;

namespace PaymentFlow.Tests.Integration.Webhooks;

/// <summary>The calls for webhooks, and a paid order on its way to a shop.</summary>
public sealed class WebhookApiTests(PaymentFlowApp host, OrdersApp app) : IClassFixture<OrdersApp>
{
    [Fact]
    public async Task An_endpoint_shows_its_secret_once_and_can_be_read_changed_and_deleted()
    {
        var created = await AsMerchantAsync(HttpMethod.Post, "/webhook-endpoints", new
        {
            url = "http://127.0.0.1:9/webhooks?shop=1",
            types = (string[])["order.canceled", "order.canceled"],
            description = "The shop",
        });
        Assert.Equal(HttpStatusCode.Created, created.Status);
        Assert.Matches("^whsec_[A-Za-z0-9+/]{43}=$", created["secret"]);
        Assert.Equal(("true", """["order.canceled"]"""), (created["enabled"], created.Body!["types"]!.ToJsonString()));
        var path = $"/webhook-endpoints/{created["id"]}";

        var read = await AsMerchantAsync(HttpMethod.Get, path);
        Assert.DoesNotContain("secret", read.Body!.ToJsonString(), StringComparison.OrdinalIgnoreCase);
        var all = (await AsMerchantAsync(HttpMethod.Get, "/webhook-endpoints")).Body!.ToJsonString();
        Assert.DoesNotContain("whsec_", all, StringComparison.Ordinal);
        Assert.Equal(("http://127.0.0.1:9/webhooks?shop=1", "The shop", "0"), (read["url"], read["description"], read["pending"]));
        // In the database it is encrypted.
        var secret = Convert.FromBase64String(created["secret"]!["whsec_".Length..]);
        var stored = await app.QueryAsync<byte[]>("SELECT secret FROM webhook_endpoints WHERE id = $1", Guid.Parse(created["id"]!));
        Assert.Equal(-1, stored.AsSpan().IndexOf(secret));

        var changed = await AsMerchantAsync(HttpMethod.Patch, path, new { types = (string[])["*"], description = "", enabled = false });
        Assert.Equal(("false", "requested", null), (changed["enabled"], changed["disabledReason"], changed["description"]));
        Assert.Equal("http://127.0.0.1:9/webhooks?shop=1", changed["url"]);
        var again = await AsMerchantAsync(HttpMethod.Patch, path, new { enabled = true, types = (string[])["order.canceled"] });
        Assert.Equal(("true", null), (again["enabled"], again["disabledReason"]));

        Assert.Equal(HttpStatusCode.NoContent, (await AsMerchantAsync(HttpMethod.Delete, path)).Status);
        foreach (var method in (HttpMethod[])[HttpMethod.Get, HttpMethod.Delete])
            Assert.Equal("not_found", (await AsMerchantAsync(method, path)).Code);
        Assert.Equal("not_found", (await AsMerchantAsync(HttpMethod.Patch, path, new { })).Code);
        foreach (var call in (string[])["test", "rotate-secret"])
            Assert.Equal("not_found", (await AsMerchantAsync(HttpMethod.Post, $"{path}/{call}")).Code);
    }

    [Theory]
    [InlineData("""{"url":"ftp://shop.example/","types":["*"]}""", 422, "invalid_webhook_url")]
    [InlineData("""{"url":"https://a:b@shop.example/","types":["*"]}""", 422, "invalid_webhook_url")]
    [InlineData("""{"url":"https://shop.example/","types":[]}""", 422, "invalid_event_types")]
    [InlineData("""{"url":"https://shop.example/","types":["payment.succeeded"]}""", 422, "invalid_event_types")]
    [InlineData("""{"url":"https://shop.example/","types":["*"],"description":" "}""", 422, "invalid_description")]
    [InlineData("""{"url":"https://shop.example/","types":["*"],"secret":"whsec_a"}""", 422, "unknown_field")]
    [InlineData("""{"url":"https://shop.example/"}""", 400, "malformed_request")]
    [InlineData("""{"url":null,"types":["*"]}""", 400, "malformed_request")]
    public async Task A_bad_endpoint_is_refused_and_nothing_is_stored(string body, int status, string code)
    {
        const string Urls = "SELECT count(*) FROM webhook_endpoints WHERE url LIKE '%shop.example%'";
        var answer = await AsMerchantAsync(HttpMethod.Post, "/webhook-endpoints", JsonNode.Parse(body));

        Assert.Equal((status, code), ((int)answer.Status, answer.Code));
        Assert.Equal(0L, await app.QueryAsync<long>(Urls));
    }

    [Fact]
    public async Task A_test_event_is_sent_once_and_its_outcome_is_the_answer()
    {
        await using var shop = await ShopEndpoint.StartAsync();
        await using var endpoint = await MerchantEndpoint.CreateAsync(app, shop.Url, "order.canceled");

        var delivered = await endpoint.TestAsync();
        Assert.Equal(("delivered", "204", "1"), (delivered["state"], delivered["status"], delivered["tries"]));
        var got = await shop.GotAsync(webhook => webhook.Id == delivered["eventId"]);
        Assert.True(got.IsSignedWith(endpoint.Secret));
        Assert.Equal("webhook.test", got.Type);

        shop.Answer = async context =>
        {
            context.Response.StatusCode = 500;
            await context.Response.Body.WriteAsync("not today"u8.ToArray(), context.RequestAborted);
        };
        var failed = await endpoint.TestAsync();
        Assert.Equal(("failed", "500", "not today"), (failed["state"], failed["status"], failed["response"]));
        Assert.NotNull((await endpoint.SendAsync(HttpMethod.Get))["failingSince"]);
    }

    [Fact]
    public async Task A_paid_order_reaches_the_shop_and_its_journey_shows_each_try()
    {
        await using var shop = await ShopEndpoint.StartAsync();
        await using var endpoint = await MerchantEndpoint.CreateAsync(app, shop.Url, "order.created", "order.paid");
        var customer = await Customer.OrdersAsync(host);
        var order = customer.OrderId.ToString();
        shop.Answer = context =>
        {
            context.Response.StatusCode = shop.Received.Count(webhook => webhook.OrderId == order && webhook.Type == "order.paid") == 1
                ? 503 : 200;
            return Task.CompletedTask;
        };
        await customer.PayAsync();

        var got = await shop.GotAsync(webhook => webhook.OrderId == order && webhook.Type == "order.paid");
        Assert.True(got.IsSignedWith(endpoint.Secret));
        Assert.Equal("paid", got.Json["data"]!["status"]!.GetValue<string>());
        // The first try failed, and the second follows.
        await Eventually.TrueAsync(async () => (await endpoint.DeliveriesAsync(customer.OrderId, "&state=delivered")).Count == 2);
        Assert.Equal(2, shop.Received.Count(webhook => webhook.Id == got.Id));
        var steps = (await app.AsOperatorAsync(HttpMethod.Get, $"/orders/{order}/journey")).Body!["steps"]!.AsArray()
            .Select(step => (Kind: step!["kind"]!.GetValue<string>(), Detail: step["detail"]?.GetValue<string>()))
            .Where(step => step.Kind.StartsWith("webhook.", StringComparison.Ordinal)).ToList();
        Assert.Equal(["webhook.delivered", "webhook.delivered", "webhook.not_delivered"], steps.Select(step => step.Kind).Order());
        Assert.Contains(steps, step => step.Detail!.StartsWith("order.paid: 503 in ", StringComparison.Ordinal));
        Assert.Contains(steps, step => step.Detail!.EndsWith(", try 2", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Deliveries_are_listed_page_by_page_and_an_operators_redelivery_has_the_same_id_and_is_recorded()
    {
        await using var shop = await ShopEndpoint.StartAsync();
        await using var endpoint = await MerchantEndpoint.CreateAsync(app, shop.Url, "*");
        var customer = await Customer.OrdersAsync(host);
        var order = customer.OrderId;
        await customer.PayAsync();
        await Eventually.TrueAsync(async () => (await endpoint.DeliveriesAsync(order, "&state=delivered")).Count == 2);

        var all = await endpoint.DeliveriesAsync(order);
        Assert.Equal(["order.paid", "order.created"], all.Select(delivery => delivery!["type"]!.GetValue<string>()));
        var query = $"/webhook-deliveries?order={order}&endpoint={endpoint.Id}&limit=1";
        var first = await AsMerchantAsync(HttpMethod.Get, query);
        var second = await AsMerchantAsync(HttpMethod.Get, $"{query}&after={first["next"]}");
        Assert.Equal(
            all.Select(delivery => delivery!["id"]!.ToString()),
            new[] { first, second }.Select(page => page.Body!["deliveries"]![0]!["id"]!.ToString()));
        Assert.Null(second["next"]);
        var byEvent = await AsMerchantAsync(HttpMethod.Get, $"/webhook-deliveries?event={all[0]!["eventId"]}&endpoint={endpoint.Id}");
        Assert.Single(byEvent.Body!["deliveries"]!.AsArray());
        Assert.Equal("invalid_limit", (await AsMerchantAsync(HttpMethod.Get, "/webhook-deliveries?limit=0")).Code);
        Assert.Equal("invalid_filter", (await AsMerchantAsync(HttpMethod.Get, "/webhook-deliveries?state=lost")).Code);

        var redeliver = $"/webhook-deliveries/{all[0]!["id"]}/redeliver";
        var again = await app.AsOperatorAsync(HttpMethod.Post, redeliver);
        Assert.Equal(HttpStatusCode.Accepted, again.Status);
        await Eventually.TrueAsync(() => shop.Received.Count(webhook => webhook.Id == all[0]!["eventId"]!.ToString()) == 2);
        var journey = (await app.AsOperatorAsync(HttpMethod.Get, $"/orders/{order}/journey")).Body!.ToJsonString();
        Assert.Contains("webhook.redeliver by Anna", journey, StringComparison.Ordinal);

        await endpoint.SendAsync(HttpMethod.Patch, body: new { enabled = false });
        Assert.Equal("endpoint_disabled", (await AsMerchantAsync(HttpMethod.Post, redeliver)).Code);
        await endpoint.SendAsync(HttpMethod.Delete);
        Assert.Equal("endpoint_deleted", (await AsMerchantAsync(HttpMethod.Post, redeliver)).Code);
    }

    Task<Answer> AsMerchantAsync(HttpMethod method, string path, object? body = null) =>
        MerchantEndpoint.AsMerchantAsync(app, method, path, body);
}
