using System.Net;
using System.Net.Http.Headers;
using Npgsql;
using PaymentFlow.Tests.Fixtures;

namespace PaymentFlow.Tests.Integration.Payments;

/// <summary>Bad input gets a clear error and changes nothing.</summary>
public sealed class BadPaymentTests(PaymentFlowApp app)
{
    const string Order = "{order}";

    [Theory]
    [InlineData("""{"orderId":"{order}","paymentMethod":"pm_card_visa","amount":1}""", 422, "unknown_field")]
    [InlineData("""{"orderId":"{order}","paymentMethod":"pm_card_visa","currency":"jpy"}""", 422, "unknown_field")]
    [InlineData("""{"orderId":"{order}","paymentMethod":"pm_card_visa","Amount":1}""", 422, "unknown_field")]
    [InlineData("""{"orderId":"{order}","paymentMethod":"4242424242424242"}""", 422, "invalid_payment_method")]
    [InlineData("""{"orderId":"{order}","paymentMethod":"pm_card_visa/../x"}""", 422, "invalid_payment_method")]
    [InlineData("""{"orderId":"{order}","paymentMethod":""}""", 422, "invalid_payment_method")]
    [InlineData("""{"orderId":"{order}","paymentMethod":"pm_card_visa","returnUrl":"https://evil.example/"}""", 422, "invalid_return_url")]
    [InlineData("""{"orderId":"{order}","paymentMethod":"pm_card_visa","returnUrl":"javascript:alert(1)"}""", 422, "invalid_return_url")]
    [InlineData("""{"orderId":"{order}","paymentMethod":"pm_card_visa","returnUrl":"{origin}/a\u0000b"}""", 422, "invalid_return_url")]
    [InlineData("""{"orderId":"{order}","paymentMethod":"pm_card_visa","returnUrl":"{origin}/a\tb"}""", 422, "invalid_return_url")]
    [InlineData("""{"orderId":"{order}","paymentMethod":"pm_card_visa","returnUrl":"{origin}/\ud800"}""", 400, "malformed_request")]
    [InlineData("""{"orderId":"{order}"}""", 400, "malformed_request")]
    [InlineData("""{"orderId":"{order}","paymentMethod":null}""", 400, "malformed_request")]
    [InlineData("""{"orderId":"not-a-guid","paymentMethod":"pm_card_visa"}""", 400, "malformed_request")]
    [InlineData("""{"orderId":"{order}","paymentMethod":"pm_card_visa" """, 400, "malformed_request")]
    [InlineData("", 400, "malformed_request")]
    [InlineData("null", 400, "malformed_request")]
    [InlineData("[]", 400, "malformed_request")]
    public async Task A_wrong_body_is_refused(string body, int status, string code)
    {
        var customer = await Customer.OrdersAsync(app);

        var answer = await customer.PostAsync(
            "/process-payment",
            body.Replace(Order, customer.OrderId.ToString(), StringComparison.Ordinal)
                .Replace("{origin}", app.ShopOrigin, StringComparison.Ordinal));

        await AssertRefusedAsync(customer, answer, (HttpStatusCode)status, code);
    }

    [Fact]
    public async Task A_body_that_is_not_JSON_or_is_too_large_is_refused()
    {
        var customer = await Customer.OrdersAsync(app);
        var body = $$"""{"orderId":"{{customer.OrderId}}","paymentMethod":"pm_card_visa"}""";

        await AssertRefusedAsync(
            customer, await customer.PostAsync("/process-payment", body, contentType: "text/plain"),
            HttpStatusCode.UnsupportedMediaType, "unsupported_media_type");
        await AssertRefusedAsync(
            customer, await customer.PostAsync("/process-payment", body + new string(' ', 10_000_000)),
            HttpStatusCode.RequestEntityTooLarge, "payload_too_large");
    }

    [Fact]
    public async Task A_wrong_token_beside_the_operator_key_opens_no_payment()
    {
        var customer = await Customer.OrdersAsync(app);
        var stranger = await Customer.OrdersAsync(app);
        var prepared = await customer.PostAsync("/payments", $$"""{"orderId":"{{customer.OrderId}}"}""");
        var payment = Guid.Parse(prepared["paymentId"]!);
        var order = $$"""{"orderId":"{{customer.OrderId}}"}""";

        foreach (var (token, status) in new[] { (stranger.Secret, HttpStatusCode.NotFound), ("", HttpStatusCode.Unauthorized) })
        {
            foreach (var (method, path, body) in ((HttpMethod, string, string?)[])
            [
                (HttpMethod.Get, $"/payments/{payment}", null),
                (HttpMethod.Post, $"/payments/{payment}/cancel", null),
                (HttpMethod.Post, "/payments/cancel", order),
            ])
            {
                using HttpClient http = new() { BaseAddress = app.PaymentApi };
                using HttpRequestMessage request = new(method, path);
                if (body is not null) request.Content = new StringContent(body, new MediaTypeHeaderValue("application/json"));
                request.Headers.Add("X-Operator-Key", app.OperatorKey);
                request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
                Assert.Equal(status, (await Answer.OfAsync(await http.SendAsync(request, TestContext.Current.CancellationToken))).Status);
            }
        }
        Assert.Equal("succeeded", (await customer.PayAsync())["status"]);
    }

    [Theory]
    [InlineData("/payments/journey?paymentIntent=%00")]
    [InlineData("/payments/journey?paymentIntent=pi_1%00&orderId=")]
    [InlineData("/payments/journey?orderId=x")]
    [InlineData("/payments/journey?paymentId=x")]
    public async Task A_search_that_cannot_be_read_is_malformed(string path)
    {
        var answer = await new BackOffice(app.App).SendAsync(HttpMethod.Get, path);

        Assert.Equal((HttpStatusCode.BadRequest, "malformed_request"), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task An_order_is_paid_with_its_own_secret_only()
    {
        var customer = await Customer.OrdersAsync(app);
        var stranger = await Customer.OrdersAsync(app);
        var body = $$"""{"orderId":"{{customer.OrderId}}","paymentMethod":"pm_card_visa"}""";
        var nowhere = $$"""{"orderId":"{{Guid.CreateVersion7()}}","paymentMethod":"pm_card_visa"}""";

        foreach (var path in (string[])["/process-payment", "/payments"])
        {
            var sent = path == "/payments"
                ? body.Replace(""","paymentMethod":"pm_card_visa" """.TrimEnd(), "", StringComparison.Ordinal)
                : body;
            await AssertRefusedAsync(
                customer, await customer.PostAsync(path, sent, secret: ""), HttpStatusCode.Unauthorized, "unauthorized");
            await AssertRefusedAsync(
                customer, await customer.PostAsync(path, sent, secret: stranger.Secret), HttpStatusCode.NotFound, "order_not_found");
        }
        await AssertRefusedAsync(
            customer, await customer.PostAsync("/process-payment", nowhere), HttpStatusCode.NotFound, "order_not_found");
    }

    [Fact]
    public async Task A_cached_order_is_still_refused_to_a_stranger()
    {
        var customer = await Customer.OrdersAsync(app);
        var stranger = await Customer.OrdersAsync(app);
        Assert.Equal(HttpStatusCode.OK, (await customer.PostAsync("/payments", $$"""{"orderId":"{{customer.OrderId}}"}""")).Status);

        var answer = await customer.PostAsync(
            "/process-payment", $$"""{"orderId":"{{customer.OrderId}}","paymentMethod":"pm_card_visa"}""", secret: stranger.Secret);

        Assert.Equal((HttpStatusCode.NotFound, "order_not_found"), (answer.Status, answer.Code));
        Assert.Empty(await customer.ChargesAsync());
    }

    [Fact]
    public async Task A_payment_method_that_Stripe_does_not_know_charges_nothing_and_leaves_the_order_payable()
    {
        var customer = await Customer.OrdersAsync(app);

        var refused = await customer.PayAsync("pm_that_nobody_has");

        Assert.Equal((HttpStatusCode.UnprocessableEntity, "invalid_payment_method"), (refused.Status, refused.Code));
        Assert.Empty(await customer.ChargesAsync());
        Assert.Equal("succeeded", (await customer.PayAsync())["status"]);
    }

    [Fact]
    public async Task An_idempotency_key_has_at_most_255_characters_and_no_spaces()
    {
        var customer = await Customer.OrdersAsync(app);

        foreach (var key in (string[])["two words", new string('k', 256)])
        {
            await AssertRefusedAsync(
                customer, await customer.PayAsync(key: key), HttpStatusCode.BadRequest, "malformed_request");
        }
    }

    async Task AssertRefusedAsync(Customer customer, Answer answer, HttpStatusCode status, string code)
    {
        Assert.Equal((status, code), (answer.Status, answer.Code));
        Assert.Equal("application/problem+json", answer.ContentType);
        Assert.Empty(await customer.ChargesAsync());
        await using var database = NpgsqlDataSource.Create(app.PaymentsDb);
        await using var rows = database.CreateCommand("SELECT count(*) FROM payments WHERE order_id = $1");
        rows.Parameters.Add(new() { Value = customer.OrderId });
        Assert.Equal(0L, await rows.ExecuteScalarAsync(TestContext.Current.CancellationToken));
    }
}
