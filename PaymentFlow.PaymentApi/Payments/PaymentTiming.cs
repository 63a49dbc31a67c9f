namespace PaymentFlow.PaymentApi.Payments;

/// <summary>
/// The section <c>Payments</c>: when to ask Stripe again, and when to give a payment up. See docs/decisions/0012-clocks-and-leases.md.
/// </summary>
public sealed class PaymentTiming
{
    /// <summary>
    /// A payment that is unconfirmed, or in an unfinished 3-D Secure, for this long is canceled, at Stripe first. That of a merchant's
    /// order is not, as long as the order is open.
    /// </summary>
    public TimeSpan AbandonAfter { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>How often Stripe's List Events is read for events that no webhook delivered.</summary>
    public TimeSpan ListEventsEvery { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How often the worker looks for checks that are due.</summary>
    public TimeSpan LookEvery { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The time from a payment's last change to the first check with Stripe.</summary>
    public TimeSpan FirstCheck { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Replaces <see cref="DefaultLaterChecks"/>. Null by default, because the configuration binder would append to an existing list.
    /// </summary>
    public IReadOnlyList<TimeSpan>? LaterChecks { get; init; }

    public static IReadOnlyList<TimeSpan> DefaultLaterChecks { get; } =
        [TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5), TimeSpan.FromHours(1)];

    /// <summary>The checks after the first, counted from the payment's last change. After them follows one check per day.</summary>
    public IReadOnlyList<TimeSpan> ChecksAfterFirst => LaterChecks ?? DefaultLaterChecks;

    public TimeSpan Daily { get; } = TimeSpan.FromDays(1);

    /// <summary>How long one replica leases a payment that is due. Should be longer than Stripe's two tries take.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>A call that moves money does not start later than this after its row was claimed, whatever delayed it.</summary>
    public TimeSpan ClaimToCall { get; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The same limit for Stripe.net's second try: <see cref="ClaimToCall"/>, the first try's 20 s and a pause of at most 5 s.
    /// </summary>
    public TimeSpan ClaimToLastTry { get; } = TimeSpan.FromSeconds(35);

    /// <summary>
    /// This long after the claim no call is on its way to Stripe any more: <see cref="ClaimToLastTry"/> and that try's own 20 s. A call
    /// that Stripe has not received by then will never arrive.
    /// </summary>
    public TimeSpan CallWindow { get; } = TimeSpan.FromSeconds(55);

    /// <summary>The payment's next check. The end of <see cref="AbandonAfter"/> is also a check.</summary>
    public DateTimeOffset NextCheck(DateTimeOffset lastMove, DateTimeOffset now) =>
        ChecksAfterFirst.Append(AbandonAfter).Select(check => lastMove + check).Where(at => at > now)
            .DefaultIfEmpty(now + Daily).Min();

    /// <summary>The errors in the settings, one line each.</summary>
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
        // Otherwise a customer whose confirmation never reached Stripe would wait for the daily check.
        if (!ChecksAfterFirst.Any(check => check > CallWindow))
            yield return $"Payments:LaterChecks has no time above {CallWindow}, when a call to Stripe is over: add one, such as 00:01:00.";
    }
}
