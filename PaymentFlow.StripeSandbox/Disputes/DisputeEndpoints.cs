using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization;
using PaymentFlow.StripeSandbox.Api;
using PaymentFlow.StripeSandbox.Faults;
using PaymentFlow.StripeSandbox.Objects;
using PaymentFlow.StripeSandbox.Protocol;

namespace PaymentFlow.StripeSandbox.Disputes;

/// <summary>
/// <see href="https://docs.stripe.com/api/disputes">Stripe's endpoints</see> to read disputes, and two of the sandbox's own for the
/// customer's bank. <c>POST /_sandbox/disputes { payment_intent, reason?, amount? }</c> opens a dispute. The default reason is
/// <c>fraudulent</c>, the default amount is all that is not refunded. <c>POST /_sandbox/disputes/{id}/close { status: won | lost }</c>
/// closes it.
/// </summary>
static class DisputeEndpoints
{
    public static void MapDisputes(this IEndpointRouteBuilder app)
    {
        var api = app.ServiceProvider.GetRequiredService<StripeApi>();
        var disputes = app.ServiceProvider.GetRequiredService<DisputeService>();
        const string root = "/v1/disputes";
        app.MapGet(root, http => api.GetAsync(http, CallKind.List, call => disputes.List(call.Form)));
        app.MapGet(root + "/{id}", http => api.GetAsync(http, CallKind.Retrieve, call => disputes.Get(call.Id)));

        app.MapPost("/_sandbox/disputes", (OpenRequest request) => AnswerAsync(() => OpenAsync(disputes, request)));
        app.MapPost("/_sandbox/disputes/{id}/close",
            (string id, CloseRequest request) => AnswerAsync(() => CloseAsync(disputes, id, request)));
    }

    static Task<IStripeObject> OpenAsync(DisputeService disputes, OpenRequest request)
    {
        if (request.PaymentIntent is not { Length: > 0 } intent) throw Wrong("payment_intent is missing.", "payment_intent");
        var reason = request.Reason ?? "fraudulent";
        if (!DisputeReasons.All.Contains(reason)) throw Wrong($"reason must be one of {string.Join(", ", DisputeReasons.All)}.", "reason");
        return disputes.OpenAsync(intent, reason, request.Amount);
    }

    static Task<IStripeObject> CloseAsync(DisputeService disputes, string id, CloseRequest request) => request.Status switch
    {
        DisputeStatus.Won or DisputeStatus.Lost => disputes.CloseAsync(id, request.Status == DisputeStatus.Won),
        _ => throw Wrong("status must be won or lost.", "status"),
    };

    static async Task<IResult> AnswerAsync(Func<Task<IStripeObject>> execute)
    {
        try
        {
            var dispute = await execute();
            var output = new ArrayBufferWriter<byte>(4096);
            using (var json = new Utf8JsonWriter(output)) dispute.Write(json, Expand.None);
            return Results.Bytes(output.WrittenMemory, "application/json");
        }
        catch (RequestRefusedException refused)
        {
            return Results.Problem(refused.Error.Message, statusCode: refused.Error.Status);
        }
    }

    static RequestRefusedException Wrong(string message, string param) => new(StripeError.Invalid(message, param: param));

    internal sealed record OpenRequest([property: JsonPropertyName("payment_intent")] string? PaymentIntent, string? Reason, long? Amount);

    internal sealed record CloseRequest(string? Status);
}
