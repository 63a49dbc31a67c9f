using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace PaymentFlow.Tests.Integration.Orders;

public sealed class CreateOrderTests(OrdersApp app) : IClassFixture<OrdersApp>
{
    public static TheoryData<string, int, string> BadOrders => new()
    {
        // Bodies that are not an order.
        { "", 400, "malformed_request" },
        { "{", 400, "malformed_request" },
        { "null", 400, "malformed_request" },
        { "[]", 400, "malformed_request" },
        { """{"items":{}}""", 400, "malformed_request" },
        { """{"items":[null]}""", 400, "malformed_request" },
        { """{"items":[{"productId":"mug"}]}""", 400, "malformed_request" },
        { """{"items":[{"productId":null,"quantity":1}]}""", 400, "malformed_request" },
        { """{"items":[{"productId":"mug","quantity":"1"}]}""", 400, "malformed_request" },
        { """{"items":[{"productId":"mug","quantity":1.5}]}""", 400, "malformed_request" },
        { """{"items":[{"productId":"mug","quantity":1,"quantity":2}]}""", 400, "malformed_request" },
        { """{"items":[{"productId":"mug","quantity":null}]}""", 400, "malformed_request" },
        { """{"items":[{"productId":"mug","quantity":1}],"amount":null}""", 400, "malformed_request" },
        { """{"items":[{"productId":"\ud800","quantity":1}]}""", 400, "malformed_request" },
        // Orders with invalid content.
        { "{}", 422, "empty_order" },
        { """{"items":[]}""", 422, "empty_order" },
        { """{"items":[{"productId":"unicorn","quantity":1}]}""", 422, "unknown_product" },
        { """{"items":[{"productId":"","quantity":1}]}""", 422, "unknown_product" },
        { """{"items":[{"productId":"mug\u0000","quantity":1}]}""", 422, "unknown_product" },
        { """{"items":[{"productId":"mug","quantity":0}]}""", 422, "invalid_quantity" },
        { """{"items":[{"productId":"mug","quantity":-1}]}""", 422, "invalid_quantity" },
        { """{"items":[{"productId":"mug","quantity":1001}]}""", 422, "invalid_quantity" },
        { """{"items":[{"productId":"mug","quantity":2147483648}]}""", 422, "invalid_quantity" },
        { """{"items":[{"productId":"mug","quantity":9223372036854775807}]}""", 422, "invalid_quantity" },
        { """{"items":[{"productId":"mug","quantity":99999999999999999999999999999}]}""", 422, "invalid_quantity" },
        { """{"items":[{"productId":"mug","quantity":-1e300}]}""", 422, "invalid_quantity" },
        { """{"items":[{"productId":"mug","quantity":900},{"productId":"mug","quantity":900}]}""", 422, "invalid_quantity" },
        { """{"items":[{"productId":"mug","quantity":1},{"productId":"workshop","quantity":1}]}""", 422, "mixed_currencies" },
        { $$"""{"items":[{{string.Join(',', Enumerable.Repeat("""{"productId":"mug","quantity":1}""", 51))}}]}""", 422, "too_many_items" },
        // Orders with an amount or currency from the customer.
        { """{"items":[{"productId":"mug","quantity":1}],"amount":1}""", 422, "unknown_field" },
        { """{"items":[{"productId":"mug","quantity":1}],"currency":"jpy"}""", 422, "unknown_field" },
        { """{"items":[{"productId":"mug","quantity":1}],"total":1}""", 422, "unknown_field" },
        { """{"items":[{"productId":"mug","quantity":1,"unitAmount":1}]}""", 422, "unknown_field" },
        // A merchant order without the merchant key.
        { """{"reference":"A-1","amount":500,"currency":"eur"}""", 401, "unauthorized" },
    };

    [Theory]
    [MemberData(nameof(BadOrders))]
    public async Task A_bad_order_gets_its_problem_and_writes_nothing(string body, int status, string code)
    {
        await AssertRefusedAsync(new StringContent(body, Encoding.UTF8, "application/json"), status, code);
    }

    [Fact]
    public async Task Another_content_type_is_refused() =>
        await AssertRefusedAsync(new FormUrlEncodedContent([new("items", "mug")]), 415, "unsupported_media_type");

    [Fact]
    public async Task A_huge_body_is_refused() =>
        await AssertRefusedAsync(new StringContent(new string(' ', 1 << 20), Encoding.UTF8, "application/json"), 413, "payload_too_large");

    public static TheoryData<string, string> BadMerchantOrders => new()
    {
        { """{"reference":"R","amount":500}""", "missing_field" },
        { """{"amount":500,"currency":"eur"}""", "missing_field" },
        { """{"reference":"R","currency":"eur"}""", "missing_field" },
        { """{"reference":"","amount":500,"currency":"eur"}""", "invalid_reference" },
        { """{"reference":" R","amount":500,"currency":"eur"}""", "invalid_reference" },
        { """{"reference":"R\u0000","amount":500,"currency":"eur"}""", "invalid_reference" },
        { """{"reference":"\u200b","amount":500,"currency":"eur"}""", "invalid_reference" },
        { """{"reference":"R\u20601","amount":500,"currency":"eur"}""", "invalid_reference" },
        { """{"reference":"R\u202e1","amount":500,"currency":"eur"}""", "invalid_reference" },
        { """{"reference":"\u3164","amount":500,"currency":"eur"}""", "invalid_reference" },
        { """{"reference":"R\u20281","amount":500,"currency":"eur"}""", "invalid_reference" },
        { """{"reference":"\u200d","amount":500,"currency":"eur"}""", "invalid_reference" },
        { """{"reference":"R","amount":500,"currency":"eur","description":"\u200b"}""", "invalid_description" },
        { """{"reference":"R","amount":500,"currency":"eur","description":"a\u0007"}""", "invalid_description" },
        { """{"reference":"R","amount":0,"currency":"eur"}""", "amount_too_small" },
        { """{"reference":"R","amount":-500,"currency":"eur"}""", "amount_too_small" },
        { """{"reference":"R","amount":49,"currency":"eur"}""", "amount_too_small" },
        { """{"reference":"R","amount":100000000,"currency":"eur"}""", "amount_too_large" },
        { """{"reference":"R","amount":99999999999999999999,"currency":"eur"}""", "amount_too_large" },
        { """{"reference":"R","amount":1235,"currency":"kwd"}""", "amount_invalid_for_currency" },
        { """{"reference":"R","amount":50050,"currency":"ISK"}""", "amount_invalid_for_currency" },
        { """{"reference":"R","amount":5,"currency":"kwd"}""", "amount_too_small" },
        { """{"reference":"R","amount":99999999999999999999,"currency":"kwd"}""", "amount_too_large" },
        { """{"reference":"R","amount":500,"currency":"xxx"}""", "unsupported_currency" },
        { """{"reference":"R","amount":500,"currency":""}""", "unsupported_currency" },
        { """{"reference":"R","amount":500,"currency":"eur","status":"paid"}""", "unknown_field" },
    };

    [Theory]
    [MemberData(nameof(BadMerchantOrders))]
    public async Task A_bad_merchant_order_gets_its_problem_and_writes_nothing(string body, string code) =>
        await AssertRefusedAsync(new StringContent(body, Encoding.UTF8, "application/json"), 422, code, app.MerchantKey);

    [Fact]
    public async Task A_wrong_merchant_key_is_unauthorized() => await AssertRefusedAsync(
        JsonContent.Create(new { reference = "R", amount = 500, currency = "eur" }), 401, "unauthorized", app.MerchantKey + "x");

    [Fact]
    public async Task An_order_is_priced_by_the_catalog_and_waits_for_payment()
    {
        using var response = await PostAsync(JsonContent.Create(new
        {
            items = new[] { new { productId = "mug", quantity = 2 }, new { productId = "mug", quantity = 1 } },
        }));
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        Assert.True(response.Headers.CacheControl!.NoStore);
        var order = await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        Assert.Equal($"/orders/{order.GetProperty("id").GetGuid()}", response.Headers.Location!.ToString());
        Assert.Equal("awaiting_payment", order.GetProperty("status").GetString());
        Assert.Equal(3 * 1800, order.GetProperty("amount").GetInt64());
        Assert.Equal(0, order.GetProperty("amountRefunded").GetInt64());
        Assert.Equal("usd", order.GetProperty("currency").GetString());
        Assert.Equal(1, order.GetProperty("version").GetInt64());
        Assert.Equal(3, Assert.Single(order.GetProperty("items").EnumerateArray()).GetProperty("quantity").GetInt64());
        Assert.Matches("^PF-[0-9A-Z]{8}$", order.GetProperty("reference").GetString());
        // The secret has 256 bits in base64url. The database must not contain it.
        var secret = order.GetProperty("clientSecret").GetString()!;
        Assert.Matches("^[A-Za-z0-9_-]{43}$", secret);
        Assert.False(await app.QueryAsync<bool>(
            "SELECT o::text LIKE '%' || $2 || '%' FROM orders o WHERE id = $1", order.GetProperty("id").GetGuid(), secret));
        await app.UntilAsync(
            1L, "SELECT count(*) FROM outbox WHERE key = $1 AND type = 'order.created' AND published_at IS NOT NULL",
            order.GetProperty("id").GetString()!);
    }

    [Fact]
    public async Task A_merchant_sets_reference_and_amount_and_cannot_reuse_the_reference()
    {
        var body = new { reference = $"shop-{Guid.CreateVersion7()}", amount = 4200, currency = "EUR", description = "Two nights" };
        using var response = await PostAsync(JsonContent.Create(body), app.MerchantKey);
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        var order = await response.Content.ReadFromJsonAsync<CreatedOrder>(TestContext.Current.CancellationToken);
        Assert.Equal((body.reference, 4200, "eur"), (order!.Reference, order.Amount, order.Currency));

        using var again = await PostAsync(JsonContent.Create(body), app.MerchantKey);
        Assert.Equal("duplicate_reference", await CodeOf(again, 409));
        Assert.Equal(1L, await app.QueryAsync<long>("SELECT count(*) FROM orders WHERE reference = $1", body.reference));
    }

    [Theory]
    [InlineData("Кружка №1")]
    [InlineData("\U0001F469\u200D\U0001F467 e\u0301 \u2764\uFE0F")]
    public async Task A_description_may_be_in_any_writing(string description)
    {
        var body = new { reference = $"shop-{Guid.CreateVersion7()}", amount = 4200, currency = "eur", description };
        using var response = await PostAsync(JsonContent.Create(body), app.MerchantKey);
        var order = await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        Assert.Equal(description, order.GetProperty("description").GetString());
    }

    [Fact]
    public async Task Products_are_named_in_the_callers_language()
    {
        var english = await app.Http.GetFromJsonAsync<JsonElement>("/products", TestContext.Current.CancellationToken);
        var russian = await app.Http.GetFromJsonAsync<JsonElement>("/products?lang=ru", TestContext.Current.CancellationToken);
        Assert.Equal(english.GetArrayLength(), russian.GetArrayLength());
        Assert.Contains("mug", english[0].GetProperty("name").GetString());
        Assert.Contains("кружка", russian[0].GetProperty("name").GetString());
        Assert.Equal(["id", "name", "description", "unitAmount", "currency"], english[0].EnumerateObject().Select(member => member.Name));
    }

    async Task AssertRefusedAsync(HttpContent content, int status, string code, string? merchantKey = null)
    {
        var trace = ActivityTraceId.CreateRandom();
        using var response = await PostAsync(content, merchantKey, trace);
        Assert.Equal(code, await CodeOf(response, status));
        // Every order has an event with the trace of its request. So no event with this trace means no order.
        Assert.Equal(0L, await app.QueryAsync<long>(
            "SELECT count(*) FROM outbox WHERE traceparent LIKE '00-' || $1 || '-%'", trace.ToHexString()));
        Assert.Equal(0L, await app.QueryAsync<long>("""
            SELECT count(*) FROM orders o
            WHERE NOT EXISTS (SELECT FROM outbox WHERE key = o.id::text) AND description IS DISTINCT FROM 'written past the API'
            """));
    }

    async Task<HttpResponseMessage> PostAsync(HttpContent content, string? merchantKey = null, ActivityTraceId trace = default)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, "/orders") { Content = content };
        if (merchantKey is not null) request.Headers.Add("X-Api-Key", merchantKey);
        if (trace != default) request.Headers.Add("traceparent", $"00-{trace}-{ActivitySpanId.CreateRandom()}-01");
        return await app.Http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    static async Task<string?> CodeOf(HttpResponseMessage response, int status)
    {
        var body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(status == (int)response.StatusCode, $"{(int)response.StatusCode} {body}");
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.DoesNotContain("   at ", body);
        return JsonDocument.Parse(body).RootElement.GetProperty("code").GetString();
    }
}
