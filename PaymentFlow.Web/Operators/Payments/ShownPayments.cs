namespace PaymentFlow.Web.Operators.Payments;

/// <summary>
/// The rows that one page shows, newest first, and the new payments that wait to be shown. Immutable. Rows change in place; only
/// <see cref="WithWaiting"/> moves them.
/// </summary>
/// <param name="IsComplete">Whether no older payments follow.</param>
public sealed record ShownPayments(IReadOnlyList<ListedPayment> Rows, bool IsComplete)
{
    /// <summary>The most rows of a page. When new ones are added, the oldest go to the next page.</summary>
    public const int MaxRows = 100;

    /// <summary>The new payments, newest first.</summary>
    public IReadOnlyList<ListedPayment> Waiting { get; private init; } = [];

    /// <summary>Whether the waiting payments take the place of the rows, because payments between them are not known.</summary>
    public bool Replaces { get; private init; }

    /// <summary>The end of the page, if older payments follow.</summary>
    public Guid? Next => IsComplete || Rows.Count == 0 ? null : Rows[^1].Id;

    /// <summary>With the changed rows replaced. Payments that are not shown are ignored.</summary>
    public ShownPayments With(IReadOnlyCollection<ListedPayment> changed) => changed.Count == 0 ? this : this with
    {
        Rows = Replaced(Rows, changed),
        Waiting = Replaced(Waiting, changed),
    };

    /// <summary>With the payments that belong among the rows and are not there; they wait. Older ones are on later pages.</summary>
    public ShownPayments Offered(IEnumerable<ListedPayment> payments)
    {
        var known = Rows.Concat(Waiting).Select(payment => payment.Id).ToHashSet();
        var end = IsComplete || Rows.Count == 0 ? Guid.Empty : Rows[^1].Id;
        List<ListedPayment> added = [.. payments.Where(payment => payment.Id > end && !known.Contains(payment.Id))];
        return added.Count == 0 ? this : this with { Waiting = Newest(added.Concat(Waiting)) };
    }

    /// <summary>
    /// With the newest payments. If none of a full page is known, others may be between them and the rows, and the rows are replaced.
    /// </summary>
    public ShownPayments OfferedPage(PaymentPage page)
    {
        var known = Rows.Concat(Waiting).Select(payment => payment.Id).ToHashSet();
        return page.Next is not null && !page.Payments.Any(payment => known.Contains(payment.Id))
            ? this with { Waiting = page.Payments, Replaces = true }
            : Offered(page.Payments);
    }

    /// <summary>With the waiting payments among the rows.</summary>
    public ShownPayments WithWaiting()
    {
        if (Waiting.Count == 0) return this;
        var all = Replaces ? Waiting : Newest(Waiting.Concat(Rows));
        return new ShownPayments(all, !Replaces && IsComplete && Waiting.Count + Rows.Count <= MaxRows);
    }

    static IReadOnlyList<ListedPayment> Newest(IEnumerable<ListedPayment> payments) =>
        [.. payments.OrderByDescending(payment => payment.Id).Take(MaxRows)];

    static IReadOnlyList<ListedPayment> Replaced(IReadOnlyList<ListedPayment> rows, IReadOnlyCollection<ListedPayment> changed)
    {
        var byId = changed.ToDictionary(payment => payment.Id);
        return rows.Any(row => byId.ContainsKey(row.Id)) ? [.. rows.Select(row => byId.GetValueOrDefault(row.Id, row))] : rows;
    }
}
