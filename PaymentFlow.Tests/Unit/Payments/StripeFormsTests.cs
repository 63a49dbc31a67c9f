using System.Net;
using PaymentFlow.PaymentApi.Stripe;
using Stripe;

namespace PaymentFlow.Tests.Unit.Payments;

/// <summary>Stripe.net itself, on a connection that answers what the test says.</summary>
public sealed class StripeFormsTests
{
    [Fact]
    public async Task A_form_has_the_given_parameters_encoded_and_the_idempotency_key()
    {
        var (form, key) = ("", "");
        var intent = await PostAsync("""{"id":"pi_1","object":"payment_intent"}""", [("a[b]", "1 & ü"), ("none", null), ("c", "d")], async request =>
        {
            form = await request.Content!.ReadAsStringAsync(TestContext.Current.CancellationToken);
            key = request.Headers.GetValues("Idempotency-Key").Single();
        });

        Assert.Equal(("pi_1", "a%5Bb%5D=1%20%26%20%C3%BC&c=d", "key-1"), (intent.Id, form, key));
    }

    [Theory]
    [InlineData("no JSON")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("")]
    public async Task An_answer_without_the_object_is_a_failure_at_Stripe(string answer)
    {
        var failure = await Assert.ThrowsAnyAsync<Exception>(() => PostAsync(answer, []));

        Assert.True(StripeFailures.IsFromStripe(failure), failure.ToString());
        Assert.Equal(StripeFailure.Unknown, StripeFailures.Classify(failure));
    }

    static async Task<PaymentIntent> PostAsync(string answer, (string, string?)[] form, Func<HttpRequestMessage, Task>? sent = null)
    {
        using HttpClient http = new(new Connection(answer, sent));
        StripeClient stripe = new(new StripeClientOptions { ApiKey = "sk_test_1", HttpClient = new SystemNetHttpClient(http, 0) });
        return await stripe.PostAsync(
            "/v1/payment_intents", "key-1", form, stripe.Deserialize<PaymentIntent>, TestContext.Current.CancellationToken);
    }

    sealed class Connection(string answer, Func<HttpRequestMessage, Task>? sent) : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (sent is not null) await sent(request);
            return new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(answer) };
        }
    }
}
