using System.Net;
using System.Net.Http.Json;
using PaymentFlow.Tests.Browser;
using PaymentFlow.Tests.Integration.Payments;

namespace PaymentFlow.Tests.Integration.Limits;

/// <summary>
/// Card testers try many stolen cards. After a few declines their address is refused. Payments that succeed are never counted.
/// </summary>
[Collection(nameof(PagesOfOtherApps))]
public sealed class DeclineLimitTests(ImpatientApp impatient)
{
    const string Declined = "pm_card_visa_chargeDeclined";
    const string Visa = "pm_card_visa";

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task After_a_few_declines_an_address_is_refused_and_others_are_not()
    {
        using var tester = From("127.0.0.41");
        var (first, last) = (await Customer.OrdersAsync(impatient.App), await Customer.OrdersAsync(impatient.App));
        for (var i = 1; i < ImpatientApp.MaxDeclines; i++) await DeclineAsync(tester);
        Assert.Equal(HttpStatusCode.PaymentRequired, (await PayAsync(tester, first, Declined, key: "once")).Status);

        var refused = await PayAsync(tester, last, Visa);

        Assert.Equal((HttpStatusCode.TooManyRequests, "too_many_declines"), (refused.Status, refused.Code));
        Assert.True(refused.RetryAfter > TimeSpan.Zero);
        Assert.Empty(await last.ChargesAsync());
        // A repeat tries no card, so its answer is still there.
        Assert.Equal(HttpStatusCode.PaymentRequired, (await PayAsync(tester, first, Declined, key: "once")).Status);
        using var other = From("127.0.0.42");
        Assert.Equal(HttpStatusCode.OK, (await PayAsync(other, last, Visa)).Status);
    }

    [Fact]
    public async Task Payments_that_succeed_and_repeated_requests_are_not_counted()
    {
        using var family = From("127.0.0.43");
        var order = await Customer.OrdersAsync(impatient.App);
        for (var i = 0; i <= 2 * ImpatientApp.MaxDeclines; i++)
        {
            Assert.Equal(HttpStatusCode.OK, (await PayAsync(family, await Customer.OrdersAsync(impatient.App), Visa)).Status);
            Assert.Equal(HttpStatusCode.PaymentRequired, (await PayAsync(family, order, Declined, key: "same")).Status);
        }
        Assert.Equal(HttpStatusCode.OK, (await PayAsync(family, order, Visa)).Status);
    }

    [Fact]
    public async Task Webs_customers_count_by_the_address_that_Web_states_and_nobody_else_can_state_one()
    {
        using var web = From("127.0.0.44");
        web.DefaultRequestHeaders.Add("X-Service-Key", await impatient.App.GetParameterAsync("service-key"));
        for (var i = 0; i < ImpatientApp.MaxDeclines; i++) await DeclineAsync(web, client: "192.0.2.1");
        var order = await Customer.OrdersAsync(impatient.App);
        Assert.Equal("too_many_declines", (await PayAsync(web, order, Visa, client: "192.0.2.1")).Code);
        Assert.Equal(HttpStatusCode.PaymentRequired, (await PayAsync(web, order, Declined, client: "192.0.2.2")).Status);

        using var liar = From("127.0.0.45");
        for (var i = 0; i < ImpatientApp.MaxDeclines; i++) await DeclineAsync(liar, client: $"192.0.2.{100 + i}");
        Assert.Equal("too_many_declines", (await PayAsync(liar, order, Visa, client: "192.0.2.200")).Code);
        // A call of ours without an address is for no customer in particular.
        Assert.Equal(HttpStatusCode.OK, (await PayAsync(web, order, Visa)).Status);
    }

    HttpClient From(string address) => new(LocalAddress.HandlerFrom(address)) { BaseAddress = impatient.App.GetEndpoint("payment-api") };

    async Task DeclineAsync(HttpClient http, string? client = null)
    {
        var answer = await PayAsync(http, await Customer.OrdersAsync(impatient.App), Declined, client: client);
        Assert.Equal(HttpStatusCode.PaymentRequired, answer.Status);
    }

    static async Task<Answer> PayAsync(
        HttpClient http, Customer customer, string paymentMethod, string? key = null, string? client = null)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, "/process-payment")
        {
            Content = JsonContent.Create(new { orderId = customer.OrderId, paymentMethod }),
        };
        request.Headers.Authorization = new("Bearer", customer.Secret);
        if (key is not null) request.Headers.Add("Idempotency-Key", key);
        if (client is not null) request.Headers.Add("X-Client-Address", client);
        return await Answer.OfAsync(await http.SendAsync(request, Token));
    }
}
