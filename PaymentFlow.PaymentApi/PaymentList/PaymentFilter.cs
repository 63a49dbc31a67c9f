using Microsoft.AspNetCore.Http.HttpResults;
using PaymentFlow.Contracts;
using PaymentFlow.Contracts.Events;
using PaymentFlow.ServiceDefaults.Http;

namespace PaymentFlow.PaymentApi.PaymentList;

/// <summary>Which payments to list. Null means all.</summary>
sealed record PaymentFilter
{
    const int MaxSearchLength = 200;
    const int MaxOrders = 100;

    public string? Status { get; init; }
    public string? Currency { get; init; }
    public DateTimeOffset? From { get; init; }
    public DateTimeOffset? To { get; init; }
    public long? MinAmount { get; init; }
    public long? MaxAmount { get; init; }
    public bool? UnknownOutcome { get; init; }
    public bool? Refunded { get; init; }
    public bool? Disputed { get; init; }
    public IReadOnlyList<Guid>? Orders { get; init; }
    public PaymentSearch? Search { get; init; }

    /// <summary>Whether a filter besides time and search applies.</summary>
    public bool HasColumns => (Status, Currency, MinAmount, MaxAmount) != default
        || (UnknownOutcome, Refunded, Disputed, Orders) != default;

    /// <summary>The filter that a request asks for, or what is wrong with it.</summary>
    public static (PaymentFilter? Filter, ProblemHttpResult? Problem) Of(PaymentListQuery query)
    {
        if (query.Status is not null && !PaymentStatuses.All.Contains(query.Status))
            return Invalid($"'status' must be one of {string.Join(", ", PaymentStatuses.All)}.");
        var currency = query.Currency?.ToLowerInvariant();
        if (currency is not null && Currencies.Find(currency) is null)
            return Invalid("'currency' must be a code of ISO 4217 that Stripe charges in.");
        if (query.From >= query.To) return Invalid("'from' must be before 'to'.");
        if (query.MinAmount > query.MaxAmount) return Invalid("'minAmount' must not be above 'maxAmount'.");
        if (query.OrderId is { Length: > MaxOrders }) return Invalid($"Send at most {MaxOrders} values of 'orderId'.");
        if (query.Q is { Length: > MaxSearchLength }) return Invalid($"'q' has at most {MaxSearchLength} characters.");
        return (new PaymentFilter
        {
            Status = query.Status,
            Currency = currency,
            From = query.From,
            To = query.To,
            MinAmount = query.MinAmount,
            MaxAmount = query.MaxAmount,
            UnknownOutcome = query.UnknownOutcome,
            Refunded = query.Refunded,
            Disputed = query.Disputed,
            Orders = query.OrderId is { Length: > 0 } orders ? orders : null,
            Search = PaymentSearch.Of(query.Q),
        }, null);
    }

    static (PaymentFilter?, ProblemHttpResult) Invalid(string detail) =>
        (null, ApiProblem.Unprocessable(ProblemCodes.InvalidFilter, detail));
}
