using System.Net;
using PaymentFlow.PaymentApi.Stripe;
using Stripe;

namespace PaymentFlow.Tests.Unit.Payments;

/// <summary>With Stripe.net itself, on a connection that answers what the test says.</summary>
public sealed class StripeGatewayTests
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_creation_has_its_parameters_encoded_and_the_idempotency_key()
    {
        Connection connection = new("""{"id":"pi_1","object":"payment_intent","amount":"of another type"}""");

        var id = await connection.Gateway.CreateAsync(Creation with { ReceiptEmail = "a+b@example.com" }, Token);

        Assert.Equal("pi_1", id);
        Assert.Equal("key-1", connection.IdempotencyKey);
        Assert.Equal(
            "amount=500&currency=usd&automatic_payment_methods[enabled]=true&automatic_payment_methods[allow_redirects]=never"
            + $"&metadata[payment_id]={Guid.AllBitsSet}&metadata[order_id]={Guid.Empty}&metadata[reference]=a & ü"
            + "&receipt_email=a+b@example.com",
            Uri.UnescapeDataString(connection.Form));
        Assert.Contains("=a%20%26%20%C3%BC&receipt_email=a%2Bb", connection.Form, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_parameter_without_a_value_is_not_sent()
    {
        Connection connection = new("""{"id":"pi_1","object":"payment_intent"}""");

        await connection.Gateway.CreateAsync(Creation, Token);
        Assert.DoesNotContain("receipt_email", connection.Form, StringComparison.Ordinal);
        await connection.Gateway.ConfirmAsync(new("pi_1", "pm_1", "https://shop.example/back", "key-2"), () => false, Token);
        Assert.Equal(
            "payment_method=pm_1&return_url=https://shop.example/back&expand[]=latest_charge", Uri.UnescapeDataString(connection.Form));
    }

    [Theory]
    [InlineData("no JSON")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("")]
    public async Task An_answer_without_the_object_has_an_unknown_outcome(string answer)
    {
        Connection connection = new(answer);

        var charged = await Assert.ThrowsAsync<StripeCallException>(() =>
            connection.Gateway.ConfirmAsync(new("pi_1", "pm_1", null, "key-2"), () => false, Token));
        Assert.Equal(StripeFailure.Unknown, charged.Failure);
        var created = await Assert.ThrowsAnyAsync<Exception>(() => connection.Gateway.CreateAsync(Creation, Token));
        Assert.True(StripeFailures.IsFromStripe(created), created.ToString());
    }

    static StripeCreation Creation => new(
        new PaymentReference(Guid.AllBitsSet, Guid.Empty, "a & ü"), 500, "usd", AllowRedirects: false, ReceiptEmail: null, "key-1");

    sealed class Connection(string answer) : HttpMessageHandler
    {
        public StripeGateway Gateway => new(new StripeClient(new StripeClientOptions
        {
            ApiKey = "sk_test_1",
            HttpClient = new SystemNetHttpClient(new HttpClient(this), maxNetworkRetries: 0),
        }));

        public string Form { get; private set; } = "";

        public string? IdempotencyKey { get; private set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Form = await request.Content!.ReadAsStringAsync(cancellationToken);
            IdempotencyKey = request.Headers.GetValues("Idempotency-Key").Single();
            return new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(answer) };
        }
    }
}
