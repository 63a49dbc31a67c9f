using System.Net;
using System.Net.Http.Json;
using PaymentFlow.Tests.Fixtures;
using PaymentFlow.Tests.Integration.Payments;

namespace PaymentFlow.Tests.Integration.Orders;

/// <summary>The rights that a checkout link gives.</summary>
public sealed class CheckoutLinkTests(PaymentFlowApp host, OrdersApp app) : IClassFixture<OrdersApp>
{
    readonly Merchant _merchant = new(host, app);

    [Fact]
    public async Task A_link_gives_Web_the_rights_of_one_orders_customer_and_its_token_is_no_credential()
    {
        var linked = await _merchant.CreateAsync();
        var another = await _merchant.CreateAsync();

        var session = await _merchant.OpenAsync(linked.Token);
        var again = await _merchant.OpenAsync(linked.Token);

        Assert.Equal((HttpStatusCode.OK, $"{linked.Order.Id}", "ru"), (session.Status, session["orderId"], session["locale"]));
        // A mail scanner that opened the link before the customer has changed nothing.
        Assert.Equal(session["secret"], again["secret"]);
        var secret = session["secret"]!;
        Assert.Equal(3, new HashSet<string> { secret, linked.Token, linked.Order.ClientSecret }.Count);
        Assert.Equal(HttpStatusCode.OK, (await SeeAsync(linked.Order.Id, secret)).Status);
        using (var live = await LiveClient.OpenAsync(app, linked.Order with { ClientSecret = secret }))
            await live.UntilAsync("awaiting_payment");
        Assert.Equal("not_found", (await SeeAsync(another.Order.Id, secret)).Code);
        Assert.Equal("not_found", (await SeeAsync(linked.Order.Id, linked.Token)).Code);
        Assert.Equal("order_not_found", (await PayAsync(linked.Order.Id, linked.Token)).Code);
        Assert.Equal("order_not_found", (await PayAsync(another.Order.Id, secret)).Code);
        Assert.Equal("succeeded", (await PayAsync(linked.Order.Id, secret))["status"]);
        Assert.Equal(HttpStatusCode.OK,
            (await app.SendAsync(HttpMethod.Post, $"/orders/{another.Order.Id}/cancel", null, ("Authorization",
                $"Bearer {(await _merchant.OpenAsync(another.Token))["secret"]}"))).Status);
    }

    [Fact]
    public async Task A_replaced_link_and_the_pages_that_it_opened_no_longer_show_the_order()
    {
        var linked = await _merchant.CreateAsync();
        var old = (await _merchant.OpenAsync(linked.Token))["secret"]!;

        var replaced = await _merchant.SendAsync(HttpMethod.Post, $"/orders/{linked.Order.Id}/checkout-link");

        Assert.Equal(HttpStatusCode.OK, replaced.Status);
        Assert.Equal("not_found", (await _merchant.OpenAsync(linked.Token)).Code);
        Assert.Equal("not_found", (await SeeAsync(linked.Order.Id, old)).Code);
        var session = await _merchant.OpenAsync(CheckoutOrder.TokenOf(replaced["checkoutUrl"]!));
        Assert.Equal(HttpStatusCode.OK, (await SeeAsync(linked.Order.Id, session["secret"]!)).Status);
        // The client secret has not changed.
        Assert.Equal(HttpStatusCode.OK, (await SeeAsync(linked.Order.Id, linked.Order.ClientSecret)).Status);
    }

    [Theory]
    [InlineData("paid", 29, true)]
    [InlineData("paid", 31, false)]
    [InlineData("canceled", 31, false)]
    [InlineData("payment_failed", 31, true)]
    public async Task A_link_ends_a_month_after_the_order_was_paid_or_canceled(string status, int days, bool isOpen)
    {
        var linked = await _merchant.CreateAsync();
        var secret = (await _merchant.OpenAsync(linked.Token))["secret"]!;
        await app.QueryAsync<Guid>(
            "UPDATE orders SET status = $2, updated_at = now() - make_interval(days => $3) WHERE id = $1 RETURNING id",
            linked.Order.Id, status, days);

        Assert.Equal(isOpen ? HttpStatusCode.OK : HttpStatusCode.NotFound, (await _merchant.OpenAsync(linked.Token)).Status);
        Assert.Equal(isOpen ? HttpStatusCode.OK : HttpStatusCode.NotFound, (await SeeAsync(linked.Order.Id, secret)).Status);
    }

    [Theory]
    [InlineData("")]
    [InlineData("wrong")]
    [InlineData("\0")]
    public async Task An_unknown_token_opens_nothing(string token) => Assert.Equal("not_found", (await _merchant.OpenAsync(token)).Code);

    [Fact]
    public async Task The_token_is_not_stored()
    {
        var linked = await _merchant.CreateAsync();
        Assert.False(await app.QueryAsync<bool>(
            "SELECT o::text LIKE '%' || $2 || '%' FROM orders o WHERE id = $1", linked.Order.Id, linked.Token));
    }

    [Fact]
    public async Task Web_exchanges_a_link_for_a_cookie_leads_to_a_clean_address_and_tells_it_to_no_other_site()
    {
        var linked = await _merchant.CreateAsync();
        using var browser = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });

        using var answer = await browser.GetAsync(new Uri(linked.Url), TestContext.Current.CancellationToken);

        Assert.Equal((HttpStatusCode.SeeOther, $"/orders/{linked.Order.Id}"), (answer.StatusCode, answer.Headers.Location?.OriginalString));
        Assert.Equal("no-referrer", Assert.Single(answer.Headers.GetValues("Referrer-Policy")));
        Assert.Equal("no-store", answer.Headers.CacheControl?.ToString());
        var cookie = answer.Headers.GetValues("Set-Cookie")
            .Single(value => value.StartsWith("paymentflow.order=", StringComparison.Ordinal));
        Assert.Contains($"path=/orders/{linked.Order.Id}; secure; samesite=lax; httponly", cookie, StringComparison.Ordinal);
        Assert.DoesNotContain(linked.Token, answer.Headers.ToString(), StringComparison.Ordinal);

        foreach (var token in (string[])["", "?token=", "?token=wrong", "?token=%00", "?token=a%20b", $"?token={linked.Token}x"])
        {
            using var refused = await browser.GetAsync(new Uri(host.Web, $"/checkout/open{token}"), TestContext.Current.CancellationToken);
            Assert.DoesNotContain("paymentflow.order=", refused.Headers.ToString(), StringComparison.Ordinal);
            if (token.EndsWith("%00", StringComparison.Ordinal)) Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
            else Assert.Equal("/checkout/link", refused.Headers.Location?.OriginalString);
        }
    }

    Task<Answer> SeeAsync(Guid id, string secret) =>
        app.SendAsync(HttpMethod.Get, $"/orders/{id}", null, ("Authorization", $"Bearer {secret}"));

    async Task<Answer> PayAsync(Guid id, string secret)
    {
        using HttpClient payments = new() { BaseAddress = host.PaymentApi };
        using HttpRequestMessage request = new(HttpMethod.Post, "/process-payment")
        {
            Content = JsonContent.Create(new { orderId = id, paymentMethod = "pm_card_visa" }),
        };
        request.Headers.Authorization = new("Bearer", secret);
        return await Answer.OfAsync(await payments.SendAsync(request, TestContext.Current.CancellationToken));
    }
}
