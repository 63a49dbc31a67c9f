using System.ComponentModel;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Mvc;
using PaymentFlow.PaymentApi.Stripe;

namespace PaymentFlow.PaymentApi.PaymentList;

/// <summary>The filters of <c>GET /payments</c>. All are optional and apply together.</summary>
/// <param name="Status">One status.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="From">Created at this time or later.</param>
/// <param name="To">Created before this time.</param>
/// <param name="MinAmount">In the currency's minor unit, as is <paramref name="MaxAmount"/>.</param>
/// <param name="UnknownOutcome">Whether Stripe's answer to the payment's attempt is overdue.</param>
/// <param name="Refunded">Whether the payment is refunded, wholly or in part.</param>
/// <param name="Disputed">Whether the payment has or had a dispute.</param>
/// <param name="OrderId">The payments of these orders.</param>
/// <param name="Q">An id, the beginning of a reference, or words of the description.</param>
sealed record PaymentListQuery(
    [property: FromQuery(Name = "status"), Description("One status.")] string? Status,
    [property: FromQuery(Name = "currency"), Description("ISO 4217.")] string? Currency,
    [property: FromQuery(Name = "from"), Description("Created at this time or later.")] DateTimeOffset? From,
    [property: FromQuery(Name = "to"), Description("Created before this time.")] DateTimeOffset? To,
    [property: FromQuery(Name = "minAmount"), Description("In the currency's minor unit.")] long? MinAmount,
    [property: FromQuery(Name = "maxAmount"), Description("In the currency's minor unit.")] long? MaxAmount,
    [property: FromQuery(Name = "unknownOutcome"), Description("Whether Stripe's answer is overdue.")] bool? UnknownOutcome,
    [property: FromQuery(Name = "refunded"), Description("Whether the payment is refunded, wholly or in part.")] bool? Refunded,
    [property: FromQuery(Name = "disputed"), Description("Whether the payment has or had a dispute.")] bool? Disputed,
    [property: FromQuery(Name = "orderId"), Description("The payments of these orders, at most 100.")] Guid[]? OrderId,
    [property: FromQuery(Name = "q"), Description("An id, the beginning of a reference, or words of the description.")] string? Q);

/// <summary>A row of the list.</summary>
/// <param name="Description">What the order is for; absent if it has no description or it was erased.</param>
/// <param name="Amount">In the currency's minor unit, as is <paramref name="AmountRefunded"/>.</param>
/// <param name="UnknownOutcome">Whether Stripe's answer to the payment's attempt is overdue.</param>
/// <param name="Disputed">Whether the payment has or had a dispute.</param>
/// <param name="Method">The method of the last attempt, as far as Stripe has reported it.</param>
/// <param name="Attempts">The number of attempts made. A payment without one waits for its customer.</param>
public sealed record ListedPayment(
    Guid Id,
    Guid OrderId,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Reference,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Description,
    long Amount,
    long AmountRefunded,
    string Currency,
    string Status,
    bool UnknownOutcome,
    bool Disputed,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] PaymentMethodSummary? Method,
    int Attempts,
    DateTime CreatedAt,
    DateTime UpdatedAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? PaymentIntent);

/// <summary>A page of the list, newest payment first.</summary>
/// <param name="Next">Goes into <c>after</c> to get the next page; null if there is none.</param>
/// <param name="Total">How many payments match the filters, on all pages. Only on the first page.</param>
/// <param name="TotalIsEstimate">Whether <paramref name="Total"/> is an estimate, made from the database's statistics.</param>
public sealed record PaymentPage(
    IReadOnlyList<ListedPayment> Payments, Guid? Next,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? Total = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] bool? TotalIsEstimate = null);
