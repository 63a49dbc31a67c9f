using PaymentFlow.PaymentApi.Payments;

namespace PaymentFlow.PaymentApi.Reconciliation;

/// <summary>The section <c>Payments</c>: when Stripe is asked again, and what is given up when.</summary>
public sealed class ReconciliationOptions
{
    /// <summary>After this long unconfirmed, or in an unfinished 3-D Secure, a payment is canceled, at Stripe first.</summary>
    public TimeSpan AbandonAfter { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>How often Stripe's List Events is walked for what no webhook delivered.</summary>
    public TimeSpan ListEventsEvery { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>From a payment's last move to the first question to Stripe.</summary>
    public TimeSpan FirstCheck { get; } = TimeSpan.FromSeconds(10);

    /// <summary>The questions after the first, counted from the payment's last move; then one a day.</summary>
    public IReadOnlyList<TimeSpan> LaterChecks { get; } = [TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5), TimeSpan.FromHours(1)];

    public TimeSpan Daily { get; } = TimeSpan.FromDays(1);

    /// <summary>How long one replica keeps a question to itself: longer than Stripe's two tries take.</summary>
    public TimeSpan Lease { get; } = TimeSpan.FromMinutes(1);

    /// <summary>A call that moves money is not begun later than this after its row was claimed, whatever held it up.</summary>
    public TimeSpan ClaimToCall { get; } = TimeSpan.FromSeconds(10);

    /// <summary>The same for Stripe.net's second try: the first one's 20 s and at most 5 s of pause later.</summary>
    public TimeSpan ClaimToLastTry { get; } = TimeSpan.FromSeconds(35);

    /// <summary>
    /// This long after the claim no call is on its way to Stripe any more: <see cref="ClaimToLastTry"/> and that
    /// try's own 20 s. What Stripe has not heard of by then, it will not hear of.
    /// </summary>
    public TimeSpan CallWindow { get; } = TimeSpan.FromSeconds(55);

    /// <summary>Whether the payment is in flight although its call to Stripe must be over: its outcome is for Stripe to tell.</summary>
    public bool CallIsOver(Payment payment, DateTimeOffset now) => payment.InFlight && now - payment.UpdatedAt > CallWindow;

    /// <summary>The next of a payment's times, of which giving it up is one.</summary>
    public DateTimeOffset NextCheck(DateTimeOffset lastMove, DateTimeOffset now) =>
        LaterChecks.Append(AbandonAfter).Select(check => lastMove + check).Where(at => at > now)
            .DefaultIfEmpty(now + Daily).Min();

    /// <summary>What is wrong with the settings, one line each.</summary>
    public IEnumerable<string> Problems()
    {
        if (AbandonAfter <= TimeSpan.Zero)
            yield return $"Payments:AbandonAfter is {AbandonAfter}: set it to a positive time, such as 00:30:00.";
        if (ListEventsEvery <= TimeSpan.Zero)
            yield return $"Payments:ListEventsEvery is {ListEventsEvery}: set it to a positive time, such as 00:05:00.";
    }
}
