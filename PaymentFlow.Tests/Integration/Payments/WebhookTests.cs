using System.Net;
using System.Text.Json.Nodes;
using PaymentFlow.Tests.Fixtures;
using Stripe;

namespace PaymentFlow.Tests.Integration.Payments;

public sealed class WebhookTests(PaymentFlowApp app)
{
    [Theory]
    [InlineData(null)]
    [InlineData("t=1,v1=00")]
    [InlineData("rubbish")]
    public async Task A_webhook_without_a_valid_signature_is_refused(string? signature)
    {
        var answer = await SendAsync("""{"id":"evt_1","object":"event"}""", signature);

        Assert.Equal((HttpStatusCode.BadRequest, "invalid_signature"), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task A_stale_webhook_is_refused_and_a_current_one_about_a_foreign_object_is_accepted()
    {
        var secret = await app.App.GetParameterAsync("sandbox-webhook-secret");
        var body = new JsonObject
        {
            ["id"] = "evt_of_a_stranger",
            ["object"] = "event",
            ["type"] = "payment_intent.succeeded",
            ["livemode"] = false,
            ["api_version"] = "2026-10-28.endive",
            ["data"] = new JsonObject
            {
                ["object"] = new JsonObject
                {
                    ["id"] = "pi_of_a_stranger",
                    ["object"] = "payment_intent",
                    ["metadata"] = new JsonObject(),
                },
            },
        }.ToJsonString();
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();

        Assert.Equal(
            HttpStatusCode.BadRequest, (await SendAsync(body, EventUtility.GenerateSignatureHeader(body, secret, now - 301))).Status);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(body, EventUtility.GenerateSignatureHeader(body, secret, now))).Status);
    }

    async Task<Answer> SendAsync(string body, string? signature)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(app.PaymentApi, "/stripe/webhooks"))
        {
            Content = new StringContent(body),
        };
        if (signature is not null) request.Headers.TryAddWithoutValidation("Stripe-Signature", signature);
        return await Answer.OfAsync(await http.SendAsync(request, TestContext.Current.CancellationToken));
    }
}
