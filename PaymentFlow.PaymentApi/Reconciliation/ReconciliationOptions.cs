using PaymentFlow.PaymentApi.Payments;

namespace PaymentFlow.PaymentApi.Reconciliation;

/// <summary>The section <c>Payments</c>: when Stripe is asked again, and what is given up when.</summary>
public sealed class ReconciliationOptions
{
    /// <summary>After this long unconfirmed, or in an unfinished 3-D Secure, a payment is canceled, at Stripe first.</summary>
    public TimeSpan AbandonAfter { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>How often Stripe's List Events is walked for what no webhook delivered.</summary>
    public TimeSpan ListEventsEvery { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How often it is looked whether a question to Stripe is due.</summary>
    public TimeSpan LookEvery { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>From a payment's last move to the first question to Stripe.</summary>
    public TimeSpan FirstCheck { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Replaces <see cref="DefaultLaterChecks"/>. Null by default, because the configuration binder would
    /// append to a list that is there already.
    /// </summary>
    public IReadOnlyList<TimeSpan>? LaterChecks { get; init; }

    public static IReadOnlyList<TimeSpan> DefaultLaterChecks { get; } = [TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5), TimeSpan.FromHours(1)];

    /// <summary>The questions after the first, counted from the payment's last move; then one a day.</summary>
    public IReadOnlyList<TimeSpan> ChecksAfterFirst => LaterChecks ?? DefaultLaterChecks;

    public TimeSpan Daily { get; } = TimeSpan.FromDays(1);

    /// <summary>How long one replica keeps a question to itself: should be longer than Stripe's two tries take.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromMinutes(1);

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
        ChecksAfterFirst.Append(AbandonAfter).Select(check => lastMove + check).Where(at => at > now)
            .DefaultIfEmpty(now + Daily).Min();

    /// <summary>What is wrong with the settings, one line each.</summary>
    public IEnumerable<string> Problems()
    {
        (string Name, TimeSpan Value, string Example)[] times =
        [
            (nameof(AbandonAfter), AbandonAfter, "00:30:00"), (nameof(ListEventsEvery), ListEventsEvery, "00:05:00"),
            (nameof(LookEvery), LookEvery, "00:00:01"), (nameof(FirstCheck), FirstCheck, "00:00:10"), (nameof(Lease), Lease, "00:01:00"),
            .. ChecksAfterFirst.Select((check, i) => ($"{nameof(LaterChecks)}:{i}", check, "00:01:00")),
        ];
        foreach (var (name, value, example) in times.Where(time => time.Value <= TimeSpan.Zero))
            yield return $"Payments:{name} is {value}: set it to a positive time, such as {example}.";
        // Else the customer of a confirmation that never reached Stripe would wait for the daily question.
        if (!ChecksAfterFirst.Any(check => check > CallWindow))
            yield return $"Payments:LaterChecks has no time above {CallWindow}, when a call to Stripe is over: add one, such as 00:01:00.";
    }
}
