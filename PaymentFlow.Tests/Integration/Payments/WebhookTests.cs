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
    [InlineData("t=now,v1=00")]
    [InlineData("t=99999999999999999999,v1=00")]
    [InlineData("t=,v1=")]
    [InlineData(",,,")]
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

    public static TheoryData<string> NoEvents =>
    [
        "", " ", "null", "1", "\"text\"", "[]", "{", "{}",
        """{"type":"payment_intent.succeeded"}""",
        """{"id":"evt_1"}""",
        """{"id":null,"type":null}""",
        """{"id":1,"type":"payment_intent.succeeded"}""",
        """{"id":"","type":"payment_intent.succeeded"}""",
        """{"id":"evt_\u0000","type":"payment_intent.succeeded"}""",
        """{"id":"evt_\ud800","type":"payment_intent.succeeded"}""",
        """{"id":"evt_1","type":"\ud800"}""",
        """{"id":"evt_1","type":["payment_intent.succeeded"]}""",
        $$"""{"id":"evt_{{new string('1', 4000)}}","type":"charge.succeeded"}""",
        EventWith(data: null),
        EventWith(data: "[]"),
        EventWith(data: "1"),
        EventWith(data: "{}"),
        EventWith(data: """{"object":null}"""),
        EventWith(data: """{"object":"pi_1"}"""),
        EventWith(data: """{"object":[]}"""),
        EventWith(data: """{"object":{}}"""),
        EventWith(data: """{"object":{"id":"pi_1","object":"poem"}}"""),
        EventWith(data: """{"object":{"id":"cus_1","object":"customer"}}"""),
        EventWith(data: """{"object":{"object":"payment_intent"}}"""),
        EventWith(data: """{"object":{"id":null,"object":"payment_intent","metadata":{"payment_id":"1"}}}"""),
        EventWith(data: """{"object":{"id":{},"object":"payment_intent"}}"""),
        EventWith(data: """{"object":{"id":"pi_\u0000","object":"payment_intent","metadata":{"payment_id":"1"}}}"""),
        EventWith(data: """{"object":{"id":"pi_1","object":"payment_intent","metadata":[]}}"""),
        EventWith(data: """{"object":{"id":"pi_1","object":"payment_intent","metadata":{"payment_id":1}}}"""),
        EventWith(data: """{"object":{"id":"pi_1"}}"""),
        EventWith(data: """{"object":{"id":"ch_1","object":"charge","payment_intent":"pi_\ud800"}}"""),
        EventWith(data: """{"object":{"id":"ch_1","object":"charge","payment_intent":[]}}"""),
        EventWith(data: $$"""{"object":{"object":"payment_intent","id":"pi_{{new string('1', 4000)}}" """ + "}}"),
        EventWith(data: """{"object":{"id":"pi_1","object":"payment_intent"}}""", livemode: "\"perhaps\""),
        $$"""{"id":"evt_1","type":"charge.succeeded","data":{{new string('[', 200) + new string(']', 200)}} }""",
    ];

    [Theory]
    [MemberData(nameof(NoEvents))]
    public async Task A_signed_body_that_is_no_event_is_malformed(string body)
    {
        var answer = await SendSignedAsync(body);

        Assert.Equal((HttpStatusCode.BadRequest, "malformed_request"), (answer.Status, answer.Code));
    }

    [Theory]
    // Types that do not concern us are not read any further.
    [InlineData("""{"id":"evt_1","type":"invoice.paid","data":[]}""")]
    // A charge without a PaymentIntent is none of ours.
    [InlineData("""{"id":"evt_1","type":"charge.refunded","livemode":false,"data":{"object":{"object":"charge","payment_intent":null}}}""")]
    public async Task A_signed_event_about_something_else_is_accepted(string body) =>
        Assert.Equal(HttpStatusCode.OK, (await SendSignedAsync(body)).Status);

    static string EventWith(string? data, string livemode = "false") =>
        $$"""{"id":"evt_1","object":"event","type":"payment_intent.succeeded","livemode":{{livemode}}"""
        + (data is null ? "" : $$""","data":{{data}}""") + "}";

    async Task<Answer> SendSignedAsync(string body) => await SendAsync(body, EventUtility.GenerateSignatureHeader(
        body, await app.App.GetParameterAsync("sandbox-webhook-secret"), TimeProvider.System.GetUtcNow().ToUnixTimeSeconds()));

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
