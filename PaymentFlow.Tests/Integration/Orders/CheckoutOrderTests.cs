using System.Net;
using System.Text.Json.Nodes;
using Npgsql;
using PaymentFlow.Tests.Fixtures;

namespace PaymentFlow.Tests.Integration.Orders;

/// <summary>A merchant's wishes for the checkout of its order, and the callers that may see them.</summary>
public sealed class CheckoutOrderTests(PaymentFlowApp host, OrdersApp app) : IClassFixture<OrdersApp>
{
    readonly Merchant _merchant = new(host, app);

    [Fact]
    public async Task The_customer_sees_the_way_back_the_merchant_its_metadata_and_only_services_the_email_address()
    {
        var body = _merchant.Order();
        var created = await _merchant.SendAsync(HttpMethod.Post, "/orders", body);

        Assert.Equal(HttpStatusCode.Created, created.Status);
        Assert.StartsWith($"{app.AllowedOrigin}/checkout/open?token=", created["checkoutUrl"], StringComparison.Ordinal);
        Assert.True(JsonNode.DeepEquals(body["metadata"], created.Body!["metadata"]));
        var createdAt = created.Body["createdAt"]!.GetValue<DateTime>();
        Assert.Equal(createdAt.AddDays(1), created.Body["expiresAt"]!.GetValue<DateTime>());

        var path = $"/orders/{created["id"]}";
        var customer = ("Authorization", $"Bearer {created["clientSecret"]}");
        var seen = await app.SendAsync(HttpMethod.Get, path, null, customer);
        Assert.Equal(
            (body["returnUrl"]!.ToString(), body["cancelUrl"]!.ToString(), "ru"), (seen["returnUrl"], seen["cancelUrl"], seen["locale"]));
        foreach (var hidden in (string[])["metadata", "customerEmail", "checkoutUrl", "clientSecret"])
            Assert.False(seen.Body!.AsObject().ContainsKey(hidden), hidden);
        Assert.Equal("anna@customers.example",
            (await app.SendAsync(HttpMethod.Get, path, null, customer, ("X-Service-Key", app.ServiceKey)))["customerEmail"]);
        Assert.DoesNotContain("anna@", created.Body.ToJsonString(), StringComparison.Ordinal);
        var journey = await app.AsOperatorAsync(HttpMethod.Get, $"{path}/journey");
        Assert.DoesNotContain("anna@", journey.Body!.ToJsonString(), StringComparison.Ordinal);
    }

    public static TheoryData<string, string, string> Wrong => new()
    {
        { "returnUrl", "\"/thanks\"", "invalid_return_url" },
        { "returnUrl", "\"https://evil.example/\"", "invalid_return_url" },
        { "returnUrl", "\"javascript:alert(1)\"", "invalid_return_url" },
        { "returnUrl", "\"ORIGIN/a b\"", "invalid_return_url" },
        { "returnUrl", "\"ORIGIN@evil.example/\"", "invalid_return_url" },
        { "returnUrl", "\"ORIGIN/LONG\"", "invalid_return_url" },
        { "cancelUrl", "\"\"", "invalid_cancel_url" },
        { "cancelUrl", "\"//evil.example\"", "invalid_cancel_url" },
        { "customerEmail", "\"anna\"", "invalid_customer_email" },
        { "customerEmail", "\"anna@localhost\"", "invalid_customer_email" },
        { "customerEmail", "\"a@b.example, c@d.example\"", "invalid_customer_email" },
        { "customerEmail", "\"anna@b..example\"", "invalid_customer_email" },
        { "customerEmail", "\"anna@b.example\\r\\nBcc: c@d.example\"", "invalid_customer_email" },
        { "customerEmail", "\"\"", "invalid_customer_email" },
        { "locale", "\"de\"", "invalid_locale" },
        { "locale", "\"english\"", "invalid_locale" },
        { "locale", "\"ru_RU\"", "invalid_locale" },
        { "expiresAt", "\"2020-01-01T00:00:00Z\"", "invalid_expires_at" },
        { "expiresAt", "\"9999-12-31T23:59:59Z\"", "invalid_expires_at" },
        { "metadata", "{\"\":\"1\"}", "invalid_metadata" },
        { "metadata", "{\"a\":null}", "invalid_metadata" },
        { "metadata", "{\"a\":\"\\u0000\"}", "invalid_metadata" },
        { "metadata", "{\"KEY\":\"1\"}", "invalid_metadata" },
        { "metadata", "{\"a\":\"LONG\"}", "invalid_metadata" },
        { "metadata", "MANY", "invalid_metadata" },
        { "metadata", "{\"a\":1}", "malformed_request" },
        { "metadata", "[\"a\"]", "malformed_request" },
        { "expiresAt", "\"tomorrow\"", "malformed_request" },
        { "returnUrl", "1", "malformed_request" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task A_wrong_value_is_refused_and_nothing_is_stored(string field, string json, string code)
    {
        var value = JsonNode.Parse(json
            .Replace("ORIGIN", host.ShopOrigin, StringComparison.Ordinal)
            .Replace("LONG", new string('x', 2_000), StringComparison.Ordinal)
            .Replace("KEY", new string('k', 41), StringComparison.Ordinal)
            .Replace("MANY", $"{{{string.Join(',', Enumerable.Range(0, 21).Select(i => $"\"k{i}\":\"v\""))}}}", StringComparison.Ordinal));
        var body = _merchant.Order((field, value));

        var answer = await _merchant.SendAsync(HttpMethod.Post, "/orders", body);

        Assert.Equal(
            (code == "malformed_request" ? HttpStatusCode.BadRequest : HttpStatusCode.UnprocessableEntity, code),
            (answer.Status, answer.Code));
        if (code != "malformed_request") Assert.Contains($"'{field}'", answer["detail"], StringComparison.Ordinal);
        Assert.Equal(0L, await app.QueryAsync<long>("SELECT count(*) FROM orders WHERE reference = $1", $"{body["reference"]}"));
    }

    [Fact]
    public async Task The_largest_values_are_accepted()
    {
        var now = TimeProvider.System.GetUtcNow();
        var url = $"{host.ShopOrigin}/";
        await _merchant.CreateAsync(
            ("returnUrl", url + new string('x', 2_000 - url.Length)),
            ("customerEmail", $"anna@{string.Join('.', Enumerable.Repeat(new string('x', 60), 4))}.com"),
            ("locale", "en-Latn-GB"), ("expiresAt", now.AddDays(30).AddMinutes(-1)),
            ("metadata", new JsonObject(Enumerable.Range(0, 20).Select(
                i => KeyValuePair.Create($"{i:d2}" + new string('k', 38), (JsonNode?)new string('я', 500))))));
    }

    [Fact]
    public async Task The_demo_shops_orders_have_none_of_it()
    {
        foreach (var (name, value) in _merchant.Order().Where(member => member.Key is not ("amount" or "currency" or "description")))
        {
            JsonObject body = new()
            {
                ["items"] = new JsonArray(new JsonObject { ["productId"] = "mug", ["quantity"] = 1 }),
                [name] = value!.DeepClone(),
            };
            Assert.Equal("unknown_field", (await _merchant.SendAsync(HttpMethod.Post, "/orders", body)).Code);
            // Without the merchant key the fields are no order at all.
            Assert.Equal(
                "unauthorized", (await app.SendAsync(HttpMethod.Post, "/orders", new JsonObject { [name] = value.DeepClone() })).Code);
        }
        var order = await app.SendAsync(
            HttpMethod.Post, "/orders", new { items = new[] { new { productId = "mug", quantity = 1 } } });
        Assert.False(order.Body!.AsObject().ContainsKey("checkoutUrl"));
        Assert.Equal("not_found", (await _merchant.SendAsync(HttpMethod.Post, $"/orders/{order["id"]}/checkout-link")).Code);
    }

    [Fact]
    public async Task A_repeat_gets_the_same_link_and_another_value_is_another_request()
    {
        var (key, body) = ($"{Guid.CreateVersion7()}", _merchant.Order());
        var first = await _merchant.SendAsync(HttpMethod.Post, "/orders", body, key);
        // The order of the pairs has no meaning.
        var metadata = new JsonObject(
            body["metadata"]!.AsObject().Reverse().Select(pair => KeyValuePair.Create(pair.Key, pair.Value?.DeepClone())));
        var again = await _merchant.SendAsync(HttpMethod.Post, "/orders", With(body, "metadata", metadata), key);

        Assert.Equal((HttpStatusCode.Created, first["id"], first["checkoutUrl"]), (again.Status, again["id"], again["checkoutUrl"]));
        foreach (var (name, value) in new (string, JsonNode?)[]
        {
            ("returnUrl", null), ("cancelUrl", $"{host.ShopOrigin}/other"), ("customerEmail", "boris@customers.example"), ("locale", "en"),
            ("expiresAt", TimeProvider.System.GetUtcNow().AddDays(2)), ("metadata", new JsonObject { ["cart"] = "18" }),
        })
        {
            var other = await _merchant.SendAsync(HttpMethod.Post, "/orders", With(body, name, value), key);
            Assert.Equal("idempotency_key_reused", other.Code);
        }

        var replaced = await _merchant.SendAsync(HttpMethod.Post, $"/orders/{first["id"]}/checkout-link");
        Assert.NotEqual(first["checkoutUrl"], replaced["checkoutUrl"]);
        var late = await _merchant.SendAsync(HttpMethod.Post, "/orders", body, key);
        Assert.Equal((HttpStatusCode.Created, first["clientSecret"], null), (late.Status, late["clientSecret"], late["checkoutUrl"]));
    }

    [Fact]
    public async Task Every_event_of_the_order_has_its_metadata_and_nothing_of_the_customer()
    {
        var order = (await _merchant.CreateAsync()).Order;
        var plain = await app.CreateForMerchantAsync("Without metadata");
        await app.PublishAsync(plain.Payment(2));
        await app.PublishAsync(order.Payment(2));
        // Of two events in one batch only the newer one would be applied.
        await app.UntilAsync("paid", "SELECT status FROM orders WHERE id = $1", order.Id);
        await app.PublishAsync(order.Payment(3, "refunded", order.Amount));

        foreach (var type in (string[])["order.created", "order.paid", "order.refunded"])
        {
            await app.UntilAsync(true, """
                SELECT count(*) = 1 AND bool_and(convert_from(data, 'UTF8')::jsonb -> 'metadata' = '{"cart": "17", "gift": "да"}'
                    AND convert_from(data, 'UTF8')::jsonb ->> 'orderId' = key) FROM outbox WHERE key = $1 AND type = $2
                """, $"{order.Id}", type);
        }
        Assert.False(await app.QueryAsync<bool>(
            "SELECT bool_or(convert_from(data, 'UTF8') ~ 'anna@|token|thanks') FROM outbox WHERE key = $1", $"{order.Id}"));
        await app.UntilAsync(true, """
            SELECT count(*) = 2 AND NOT bool_or(convert_from(data, 'UTF8')::jsonb ? 'metadata') FROM outbox WHERE key = $1
            """, $"{plain.Id}");
        // Kafka has the bytes of the outbox: their signature is verified by every reader.
        await app.UntilAsync(0L, "SELECT count(*) FROM outbox WHERE key = $1 AND published_at IS NULL", $"{order.Id}");
    }

    [Fact]
    public async Task An_order_expires_at_its_own_time_and_is_not_given_up_earlier()
    {
        var now = TimeProvider.System.GetUtcNow();
        var soon = (await _merchant.CreateAsync(("expiresAt", now.AddMinutes(10)))).Order;
        var late = (await _merchant.CreateAsync(("expiresAt", now.AddDays(20)))).Order;
        // As if ten minutes, and a day and half an hour, had passed.
        await app.QueryAsync<Guid>("UPDATE expired_orders SET next_at = now() WHERE order_id = $1 RETURNING order_id", soon.Id);
        var id = Guid.CreateVersion7(now - TimeSpan.FromHours(25));
        await app.QueryAsync<Guid>("""
            INSERT INTO orders (id, reference, secret_hash, amount, currency, items, created_at, updated_at, expires_at, description)
            SELECT $1, $2, secret_hash, amount, currency, items, created_at - interval '25 hours', updated_at, expires_at,
                'written past the API'
            FROM orders WHERE id = $3 RETURNING id
            """, id, $"old-{id}", late.Id);

        await app.UntilAsync("canceled", "SELECT status FROM orders WHERE id = $1", soon.Id);
        await app.UntilAsync("expired", """
            SELECT coalesce(max(convert_from(data, 'UTF8')::jsonb ->> 'reason'), '') FROM outbox WHERE key = $1 AND type = 'order.canceled'
            """, $"{soon.Id}");
        await app.UntilAsync(1L, "SELECT count(*) FROM expired_orders WHERE order_id = $1 AND next_at > now() + interval '10 days'", id);
        Assert.Equal("awaiting_payment", await app.QueryAsync<string>("SELECT status FROM orders WHERE id = $1", id));
    }

    [Fact]
    public async Task A_customer_who_comes_back_after_an_hour_can_still_pay_as_long_as_the_order_is_open()
    {
        await using var payments = NpgsqlDataSource.Create(host.PaymentsDb);
        var (linked, demo) = ((await _merchant.CreateAsync()).Order, await app.CreateAsync());
        using HttpClient api = new() { BaseAddress = host.PaymentApi };
        foreach (var order in new[] { linked, demo })
        {
            Assert.Equal(HttpStatusCode.OK, (await PayingAsync(api, order, "/payments", new { orderId = order.Id })).StatusCode);
            await using var age = payments.CreateCommand(
                "UPDATE payments SET updated_at = updated_at - interval '1 hour', reconcile_at = now() WHERE order_id = $1");
            age.Parameters.Add(new() { Value = order.Id });
            await age.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        await app.UntilAsync("canceled", "SELECT status FROM orders WHERE id = $1", demo.Id);
        using var paid = await PayingAsync(api, linked, "/process-payment", new { orderId = linked.Id, paymentMethod = "pm_card_visa" });

        Assert.Equal(HttpStatusCode.OK, paid.StatusCode);
        await app.UntilAsync("paid", "SELECT status FROM orders WHERE id = $1", linked.Id);
    }

    static async Task<HttpResponseMessage> PayingAsync(HttpClient api, CreatedOrder order, string path, object body)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, path) { Content = System.Net.Http.Json.JsonContent.Create(body) };
        request.Headers.Authorization = new("Bearer", order.ClientSecret);
        return await api.SendAsync(request, TestContext.Current.CancellationToken);
    }

    static JsonObject With(JsonObject body, string name, JsonNode? value)
    {
        var changed = body.DeepClone().AsObject();
        if (value is null) changed.Remove(name);
        else changed[name] = value;
        return changed;
    }
}
