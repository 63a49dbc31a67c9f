using System.Text.Json.Serialization;

namespace PaymentFlow.Contracts.Attention;

/// <summary>The items of one service that a person should look at. On a good day no kind has an item.</summary>
/// <param name="At">When it was read, UTC.</param>
/// <param name="Kinds">Every kind that the service knows (<see cref="AttentionKinds"/>), with or without items.</param>
public sealed record AttentionList(DateTimeOffset At, IReadOnlyList<AttentionKind> Kinds);

/// <param name="Kind">One of <see cref="AttentionKinds"/>.</param>
/// <param name="Count">The number of all items of the kind.</param>
/// <param name="Items">At most as many as were asked for, newest first; disputes by the time until which they can be answered.</param>
public sealed record AttentionKind(string Kind, long Count, IReadOnlyList<AttentionItem> Items);

/// <summary>One thing to look at. A member that its kind does not have is absent.</summary>
/// <param name="Id">
/// The object of the next step: the id of the payment, refund, dead letter, webhook endpoint or delivery, Stripe's id of the dispute, the
/// event's id, or for an order that is ahead the order's id.
/// </param>
/// <param name="Since">When it began, UTC.</param>
/// <param name="Amount">In the currency's minor unit.</param>
/// <param name="Status">Stripe's status of a dispute, the status of an order that is ahead, or why an endpoint is disabled.</param>
/// <param name="Detail">An error, a reason, an address or an event's type.</param>
/// <param name="DueAt">Until when a dispute can be answered, UTC.</param>
/// <param name="StripeUrl">The PaymentIntent's page in Stripe's dashboard.</param>
/// <param name="Times">How often an event was published again, a delivery was tried, or a payment was attempted.</param>
public sealed record AttentionItem(
    string Id,
    DateTimeOffset Since,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Guid? OrderId = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Reference = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? Amount = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Currency = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Status = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Detail = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTimeOffset? DueAt = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? PaymentIntent = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? StripeUrl = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Times = null);
