using PaymentFlow.Contracts.Statistics;

namespace PaymentFlow.PaymentApi.Statistics;

/// <summary>Collects the counts of one currency.</summary>
sealed class CurrencyCounts(int buckets)
{
    static readonly PaymentTotals None = new(0, 0, 0, 0, 0, 0, 0, 0);

    readonly PaymentTotals[] _buckets = [.. Enumerable.Repeat(None, buckets)];
    readonly Dictionary<string, long> _declines = new(StringComparer.Ordinal);
    PaymentTotals _previous = None;

    /// <param name="bucket">-1 for the previous range.</param>
    /// <param name="measure">As in the table <c>payment_statistics</c>, like the other parameters.</param>
    public void Add(int bucket, string measure, string reason, long count, long amount)
    {
        if (bucket < 0)
        {
            _previous = Plus(_previous, measure, reason, count, amount);
            return;
        }
        _buckets[bucket] = Plus(_buckets[bucket], measure, reason, count, amount);
        if (measure == "declined") _declines[reason] = _declines.GetValueOrDefault(reason) + count;
    }

    public CurrencyOverview ToOverview(string currency, IReadOnlyList<DateTime> bounds) => new(
        currency,
        _buckets.Aggregate(None, Plus),
        _previous,
        [.. _declines.Select(decline => new DeclineCount(decline.Key, decline.Value))
            .OrderByDescending(decline => decline.Count).ThenBy(decline => decline.Reason, StringComparer.Ordinal)],
        [.. bounds.Select((at, i) => new PaymentBucket(new DateTimeOffset(at), _buckets[i]))]);

    static PaymentTotals Plus(PaymentTotals totals, string measure, string reason, long count, long amount) => (measure, reason) switch
    {
        ("paid", _) => totals with { Paid = totals.Paid + count, Gross = totals.Gross + amount },
        ("refunded", _) => totals with { Refunded = totals.Refunded + amount },
        ("declined", _) => totals with { Declined = totals.Declined + count },
        ("tried", "succeeded") => totals with { Succeeded = totals.Succeeded + count },
        ("tried", "failed") => totals with { Failed = totals.Failed + count },
        ("tried", "canceled") => totals with { Canceled = totals.Canceled + count },
        _ => totals with { Open = totals.Open + count },
    };

    static PaymentTotals Plus(PaymentTotals a, PaymentTotals b) => new(
        a.Gross + b.Gross, a.Refunded + b.Refunded, a.Paid + b.Paid, a.Declined + b.Declined, a.Succeeded + b.Succeeded,
        a.Failed + b.Failed, a.Canceled + b.Canceled, a.Open + b.Open);
}
