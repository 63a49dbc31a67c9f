namespace PaymentFlow.Contracts.Statistics;

/// <summary>The payments of a range of time, by currency. Amounts are in the currency's minor unit.</summary>
/// <param name="From">The beginning of the range, UTC.</param>
/// <param name="To">The end of the range, UTC.</param>
/// <param name="PreviousFrom">The beginning of the previous range of equal length, UTC.</param>
/// <param name="PreviousTo">The end of the previous range, UTC. Earlier than <paramref name="From"/> if the range is not over.</param>
/// <param name="Interval"><c>hour</c> or <c>day</c>.</param>
/// <param name="TimeZone">The IANA name of the time zone in which the buckets are whole hours or days.</param>
/// <param name="Currencies">The currencies with payments in either range, in alphabetical order.</param>
public sealed record PaymentOverview(
    DateTimeOffset From, DateTimeOffset To, DateTimeOffset PreviousFrom, DateTimeOffset PreviousTo, string Interval, string TimeZone,
    IReadOnlyList<CurrencyOverview> Currencies);

/// <param name="Currency">ISO 4217, lower case.</param>
/// <param name="Declines">The declines of the range by reason, the most frequent first.</param>
/// <param name="Buckets">Every hour or day of the range, also those without payments.</param>
public sealed record CurrencyOverview(
    string Currency, PaymentTotals Totals, PaymentTotals Previous, IReadOnlyList<DeclineCount> Declines,
    IReadOnlyList<PaymentBucket> Buckets);

/// <param name="Reason">The issuer's decline code, else Stripe's error code, else <c>unknown</c>.</param>
public sealed record DeclineCount(string Reason, long Count);

/// <summary>An hour or a day, or the part of it that is in the range.</summary>
/// <param name="At">The beginning, UTC. The bucket ends where the next one begins.</param>
public sealed record PaymentBucket(DateTimeOffset At, PaymentTotals Totals);

/// <summary>The payments of a range in numbers. Amounts are in the currency's minor unit.</summary>
/// <param name="Gross">The amount of the payments that were paid in the range, by the time at which they first succeeded.</param>
/// <param name="Refunded">
/// By how much the refunded amounts rose in the range. A refund counts when Stripe accepts it, and is subtracted when it fails later.
/// </param>
/// <param name="Paid">The number of payments in <paramref name="Gross"/>.</param>
/// <param name="Declined">The number of attempts that were declined, or failed otherwise, in the range.</param>
/// <param name="Succeeded">Payments whose first attempt was in the range and which have been paid since, even if refunded.</param>
/// <param name="Failed">Payments whose first attempt was in the range and whose newest attempt was declined.</param>
/// <param name="Canceled">Payments whose first attempt was in the range and which are canceled.</param>
/// <param name="Open">Payments whose first attempt was in the range and whose outcome is not known yet.</param>
public sealed record PaymentTotals(
    long Gross, long Refunded, long Paid, long Declined, long Succeeded, long Failed, long Canceled, long Open)
{
    /// <summary>Gross less refunded. Negative if more was refunded than paid in the range.</summary>
    public long Net => Gross - Refunded;

    /// <summary>The number of payments whose first attempt was in the range.</summary>
    public long Payments => Succeeded + Failed + Canceled + Open;

    /// <summary>The part of <see cref="Payments"/> that has been paid, from 0 to 1. Null without payments.</summary>
    public double? SuccessRate => Payments == 0 ? null : (double)Succeeded / Payments;

    /// <summary>The part of the attempts judged in the range that succeeded, from 0 to 1. Null without attempts.</summary>
    public double? AttemptSuccessRate => Paid + Declined == 0 ? null : (double)Paid / (Paid + Declined);
}
