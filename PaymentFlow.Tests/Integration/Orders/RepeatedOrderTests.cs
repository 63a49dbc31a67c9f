using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using PaymentFlow.OrderService.Orders;
using PaymentFlow.Persistence.Pruning;
using PaymentFlow.Tests.Integration.Payments;

namespace PaymentFlow.Tests.Integration.Orders;

/// <summary>The answer to <c>POST /orders</c> was lost: its caller repeats the request with the same key, or looks the order up.</summary>
public sealed class RepeatedOrderTests(OrdersApp app) : IClassFixture<OrdersApp>
{
    static object Mugs(int quantity = 1) => new { items = new[] { new { productId = "mug", quantity } } };

    static object Sale(string reference, long amount = 4200) => new { reference, amount, currency = "eur" };

    static string NewKey() => Guid.CreateVersion7().ToString();

    [Fact]
    public async Task A_customers_repeat_gets_the_same_answer_and_one_order()
    {
        var key = NewKey();
        var first = await PostAsync(key, Mugs());
        var again = await PostAsync(key, Mugs());

        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.Created), (first.Status, again.Status));
        Assert.True(JsonNode.DeepEquals(first.Body, again.Body), $"{first.Body} {again.Body}");
        Assert.Equal(HttpStatusCode.OK, (await app.SendAsync(
            HttpMethod.Get, $"/orders/{again["id"]}", null, ("Authorization", $"Bearer {again["clientSecret"]}"))).Status);
        Assert.Equal(1L, await app.QueryAsync<long>("SELECT count(*) FROM order_requests WHERE order_id = $1", Guid.Parse(first["id"]!)));
        await app.UntilAsync(1L, "SELECT count(*) FROM outbox WHERE key = $1", first["id"]!);
    }

    [Fact]
    public async Task Neither_the_secret_nor_the_key_is_stored()
    {
        var key = NewKey();
        var order = await PostAsync(key, Mugs());
        Assert.False(await app.QueryAsync<bool>("""
            SELECT EXISTS (SELECT FROM order_requests r JOIN orders o ON o.id = r.order_id
                WHERE o.id = $1 AND (r::text || o::text LIKE '%' || $2 || '%' OR r::text || o::text LIKE '%' || $3 || '%'))
            """, Guid.Parse(order["id"]!), order["clientSecret"]!, key));
    }

    [Fact]
    public async Task Another_body_with_the_same_key_is_refused()
    {
        var key = NewKey();
        var order = await PostAsync(key, Mugs());
        var other = await PostAsync(key, Mugs(quantity: 2));
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "idempotency_key_reused"), (other.Status, other.Code));
        Assert.Equal(HttpStatusCode.Created, (await PostAsync(key, Mugs())).Status);
        Assert.Null(other["clientSecret"]);
        Assert.NotNull(order["clientSecret"]);
    }

    [Fact]
    public async Task Concurrent_repeats_create_one_order()
    {
        var key = NewKey();
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => PostAsync(key, Mugs())));
        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.Created, answer.Status));
        Assert.Single(answers.Select(answer => (answer["id"], answer["clientSecret"])).Distinct());
    }

    [Fact]
    public async Task A_merchants_repeat_gets_the_secret_instead_of_a_duplicate_reference()
    {
        var (key, reference) = (NewKey(), $"shop-{Guid.CreateVersion7()}");
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => PostAsync(key, Sale(reference), app.MerchantKey)));
        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.Created, answer.Status));
        Assert.Single(answers.Select(answer => (answer["id"], answer["clientSecret"])).Distinct());

        // Another key with the same reference is another order, and that is refused without using up the key.
        var otherKey = NewKey();
        var duplicate = await PostAsync(otherKey, Sale(reference), app.MerchantKey);
        Assert.Equal((HttpStatusCode.Conflict, "duplicate_reference"), (duplicate.Status, duplicate.Code));
        Assert.Equal(
            HttpStatusCode.Created, (await PostAsync(otherKey, Sale($"shop-{Guid.CreateVersion7()}"), app.MerchantKey)).Status);
    }

    [Fact]
    public async Task A_customer_who_knows_a_merchants_key_does_not_get_the_merchants_order()
    {
        var (key, reference) = (NewKey(), $"shop-{Guid.CreateVersion7()}");
        Assert.Equal(HttpStatusCode.Created, (await PostAsync(key, Sale(reference), app.MerchantKey)).Status);
        var stranger = await PostAsync(key, Sale(reference));
        Assert.Equal((HttpStatusCode.Unauthorized, "unauthorized"), (stranger.Status, stranger.Code));
    }

    [Theory]
    [InlineData("1", false)]
    [InlineData("fifteen-letters", false)]
    [InlineData("with a space in the middle", false)]
    [InlineData("", true)]
    [InlineData("with a space in the middle", true)]
    public async Task A_key_that_can_be_guessed_or_is_malformed_is_refused(string key, bool merchant)
    {
        var answer = merchant
            ? await PostAsync(key, Sale($"shop-{Guid.CreateVersion7()}"), app.MerchantKey)
            : await PostAsync(key, Mugs());
        Assert.Equal((HttpStatusCode.BadRequest, "malformed_request"), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task A_merchant_may_use_its_own_order_number_as_the_key()
    {
        var reference = $"{Guid.CreateVersion7():N}"[^8..];
        var first = await PostAsync(reference, Sale(reference), app.MerchantKey);
        Assert.Equal(first["clientSecret"], (await PostAsync(reference, Sale(reference), app.MerchantKey))["clientSecret"]);
    }

    [Fact]
    public async Task A_repeat_after_the_service_key_was_replaced_is_told_that_the_secret_is_gone()
    {
        var key = NewKey();
        var order = await PostAsync(key, Mugs());
        // The stored hash is that of another secret, as after a new service key.
        await app.QueryAsync<Guid>(
            "UPDATE orders SET secret_hash = sha256('another'::bytea) WHERE id = $1 RETURNING id", Guid.Parse(order["id"]!));
        var again = await PostAsync(key, Mugs());
        Assert.Equal((HttpStatusCode.Conflict, "secret_unavailable"), (again.Status, again.Code));
    }

    [Fact]
    public async Task Keys_are_pruned_after_a_day()
    {
        var (old, young) = (NewKey(), NewKey());
        var oldId = Guid.Parse((await PostAsync(old, Mugs()))["id"]!);
        var youngId = Guid.Parse((await PostAsync(young, Mugs()))["id"]!);
        await app.QueryAsync<Guid>(
            "UPDATE order_requests SET created_at = created_at - interval '25 hours' WHERE order_id = $1 RETURNING order_id", oldId);
        var builder = Host.CreateEmptyApplicationBuilder(null);
        RepeatableRequests.AddPruning(builder);
        var rule = Assert.IsType<PruningRule>(
            builder.Services.Single(service => service.ServiceType == typeof(PruningRule)).ImplementationInstance);

        Assert.Equal(TimeSpan.FromHours(24), rule.Keep);
        Assert.Equal(oldId, await app.QueryAsync<Guid>(
            rule.Sql + " RETURNING order_id", (TimeProvider.System.GetUtcNow() - rule.Keep).UtcDateTime, 500));
        Assert.Equal(1L, await app.QueryAsync<long>("SELECT count(*) FROM order_requests WHERE order_id = $1", youngId));
    }

    [Fact]
    public async Task A_merchant_finds_its_order_by_reference()
    {
        var reference = $"shop/{Guid.CreateVersion7()} № 1";
        var order = await PostAsync(null, Sale(reference), app.MerchantKey);

        var found = await FindAsync($"?reference={Uri.EscapeDataString(reference)}", app.MerchantKey);

        Assert.Equal(HttpStatusCode.OK, found.Status);
        var only = Assert.Single(found.Body!["orders"]!.AsArray())!;
        Assert.Equal((order["id"], reference), (only["id"]!.ToString(), only["reference"]!.ToString()));
        Assert.Null(only["clientSecret"]);
        Assert.True(found.Body.AsObject().ContainsKey("next"));
        Assert.Null(found.Body["next"]);
        Assert.Empty((await FindAsync("?reference=unknown", app.MerchantKey)).Body!["orders"]!.AsArray());
    }

    [Theory]
    [InlineData("?reference=", HttpStatusCode.UnprocessableEntity, "invalid_reference")]
    [InlineData("?reference=%00", HttpStatusCode.BadRequest, "malformed_request")]
    public async Task A_reference_that_no_order_can_have_is_refused(string query, HttpStatusCode status, string code)
    {
        var answer = await FindAsync(query, app.MerchantKey);
        Assert.Equal((status, code), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task Only_the_merchant_looks_orders_up()
    {
        Assert.Equal(HttpStatusCode.Unauthorized, (await FindAsync("?reference=x", app.MerchantKey + "x")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await app.AsOperatorAsync(HttpMethod.Get, "/orders?reference=x")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await app.AsCustomerAsync(
            await app.CreateAsync(), HttpMethod.Get, "/orders?reference=x")).Status);
    }

    Task<Answer> FindAsync(string query, string merchantKey) =>
        app.SendAsync(HttpMethod.Get, $"/orders{query}", null, ("X-Api-Key", merchantKey));

    Task<Answer> PostAsync(string? key, object body, string? merchantKey = null)
    {
        List<(string, string)> headers = [];
        if (key is not null) headers.Add(("Idempotency-Key", key));
        if (merchantKey is not null) headers.Add(("X-Api-Key", merchantKey));
        return app.SendAsync(HttpMethod.Post, "/orders", body, [.. headers]);
    }
}
