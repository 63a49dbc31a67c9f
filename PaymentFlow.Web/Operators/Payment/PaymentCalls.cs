using System.Security.Claims;
using System.Text.Json;
using System.Text.Json.Serialization;
using PaymentFlow.Web.Services;

namespace PaymentFlow.Web.Operators.Payment;

/// <summary>An operator's note on an order.</summary>
public sealed record OrderNote(Guid Id, string Author, string Text, DateTimeOffset At);

/// <param name="Notes">Newest first.</param>
public sealed record OrderNotePage(IReadOnlyList<OrderNote> Notes, Guid? Next);

/// <summary>The calls for what the payment's page shows beside the journey, and for its actions.</summary>
sealed class PaymentCalls(OperatorHttp http)
{
    // The most that each list of the APIs returns.
    const int Most = 200;

    const string Orders = OperatorHttp.Orders;
    const string Payments = OperatorHttp.Payments;

    /// <summary>The order's events that could not be applied.</summary>
    /// <exception cref="ServiceUnavailableException">OrderService can't answer now.</exception>
    public async Task<IReadOnlyList<DeadLetter>> DeadLettersAsync(Guid orderId, ClaimsPrincipal who, CancellationToken cancellationToken) =>
        (await http.GetAsync(
            Orders, $"/dead-letters?order={orderId}&limit={Most}", PaymentPageJson.Default.DeadLetterPage, who, cancellationToken))
            !.DeadLetters;

    /// <summary>The order's events that a shop's endpoint did not take in any try.</summary>
    /// <exception cref="ServiceUnavailableException">OrderService can't answer now.</exception>
    public async Task<IReadOnlyList<WebhookDelivery>> FailedWebhooksAsync(
        Guid orderId, ClaimsPrincipal who, CancellationToken cancellationToken) =>
        (await http.GetAsync(
            Orders, $"/webhook-deliveries?order={orderId}&state=failed&limit={Most}", PaymentPageJson.Default.WebhookDeliveryPage, who,
            cancellationToken))!.Deliveries;

    /// <summary>The newest notes on the order. Null if there is no such order.</summary>
    /// <exception cref="ServiceUnavailableException">OrderService can't answer now.</exception>
    public Task<OrderNotePage?> NotesAsync(Guid orderId, ClaimsPrincipal who, CancellationToken cancellationToken) =>
        http.GetAsync(Orders, $"/orders/{orderId}/notes?limit={Most}", PaymentPageJson.Default.OrderNotePage, who, cancellationToken);

    /// <summary>Null if the note was stored, else why not.</summary>
    /// <exception cref="ServiceUnavailableException">There was no answer. The note may have been stored.</exception>
    public Task<Problem?> AddNoteAsync(Guid orderId, string text, ClaimsPrincipal who, CancellationToken cancellationToken) =>
        http.PostAsync(
            Orders, $"/orders/{orderId}/notes", JsonContent.Create(new(text), PaymentPageJson.Default.AddNoteRequest), null, who,
            cancellationToken);

    /// <summary>The refund, or why there is none. Calls with the same <paramref name="key"/> make one refund.</summary>
    /// <param name="amount">In the currency's minor unit.</param>
    /// <param name="reason">In Stripe's words; null for none.</param>
    /// <exception cref="ServiceUnavailableException">There was no answer. The refund may have been made.</exception>
    public Task<(RefundSummary? Refund, Problem? Problem)> RefundAsync(
        Guid paymentId, long amount, string? reason, Guid key, ClaimsPrincipal who, CancellationToken cancellationToken) =>
        http.PostAsync(
            Payments, $"/payments/{paymentId}/refunds", JsonContent.Create(new(amount, reason), PaymentPageJson.Default.RefundRequest), key,
            who, PaymentPageJson.Default.RefundSummary, cancellationToken);

    /// <summary>Null if the order is canceled, else why not.</summary>
    /// <exception cref="ServiceUnavailableException">There was no answer. The order may have been canceled.</exception>
    public Task<Problem?> CancelAsync(Guid orderId, ClaimsPrincipal who, CancellationToken cancellationToken) =>
        http.PostAsync(Orders, $"/orders/{orderId}/cancel", null, null, who, cancellationToken);

    /// <summary>Applies the order's dead letters again.</summary>
    /// <exception cref="ServiceUnavailableException">There was no answer. Some may have been applied.</exception>
    public Task<(ReplaySummary? Replay, Problem? Problem)> ReplayAsync(
        Guid orderId, ClaimsPrincipal who, CancellationToken cancellationToken) =>
        http.PostAsync(
            Orders, "/dead-letters/replay", JsonContent.Create(new(orderId, Most), PaymentPageJson.Default.ReplayRequest), null, who,
            PaymentPageJson.Default.ReplaySummary, cancellationToken);

    /// <param name="Refused">How many still cannot be applied.</param>
    internal sealed record ReplaySummary(int Replayed, int Refused);

    internal sealed record ReplayRequest(Guid Order, int Limit);

    internal sealed record AddNoteRequest(string Text);

    internal sealed record RefundRequest(
        long Amount, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Reason);
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(DeadLetterPage))]
[JsonSerializable(typeof(WebhookDeliveryPage))]
[JsonSerializable(typeof(OrderNotePage))]
[JsonSerializable(typeof(RefundSummary))]
[JsonSerializable(typeof(PaymentCalls.ReplaySummary))]
[JsonSerializable(typeof(PaymentCalls.ReplayRequest))]
[JsonSerializable(typeof(PaymentCalls.AddNoteRequest))]
[JsonSerializable(typeof(PaymentCalls.RefundRequest))]
sealed partial class PaymentPageJson : JsonSerializerContext;
