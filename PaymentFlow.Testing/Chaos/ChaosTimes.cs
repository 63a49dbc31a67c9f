namespace PaymentFlow.Testing.Chaos;

/// <summary>
/// The intervals of a <see cref="ChaosWorld"/>. They take minutes or hours in production and must end within a run here. The defaults suit
/// runs of minutes, with long outages and long lists of events.
/// </summary>
public sealed record ChaosTimes
{
    static readonly TimeSpan Slack = TimeSpan.FromSeconds(2);

    /// <summary>For runs of less than a minute.</summary>
    public static ChaosTimes ForShortRuns { get; } = new()
    {
        AbandonAfter = TimeSpan.FromSeconds(15),
        ListEventsEvery = TimeSpan.FromSeconds(4),
        FirstCheck = TimeSpan.FromSeconds(3),
        CheckAfter = TimeSpan.FromSeconds(3),
        WebhookSweepAfter = TimeSpan.FromSeconds(3),
    };

    /// <summary>Longer than a customer needs to return after a fault, so that a fault costs no sale.</summary>
    public TimeSpan AbandonAfter { get; init; } = TimeSpan.FromSeconds(30);

    public TimeSpan ListEventsEvery { get; init; } = TimeSpan.FromSeconds(10);

    public TimeSpan FirstCheck { get; init; } = TimeSpan.FromSeconds(10);

    public TimeSpan CheckAfter { get; init; } = TimeSpan.FromSeconds(10);

    public TimeSpan CheckEvery { get; init; } = TimeSpan.FromSeconds(1);

    public TimeSpan WebhookSweepAfter { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>A try that died with its process is repeated after twice this time.</summary>
    public TimeSpan WebhookTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>The intervals as environment variables of the services.</summary>
    public IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string>
    {
        ["Payments__AbandonAfter"] = $"{AbandonAfter:c}",
        ["Payments__ListEventsEvery"] = $"{ListEventsEvery:c}",
        ["Payments__FirstCheck"] = $"{FirstCheck:c}",
        ["Delivery__CheckAfter"] = $"{CheckAfter:c}",
        ["Delivery__Every"] = $"{CheckEvery:c}",
        ["Webhooks__SweepAfter"] = $"{WebhookSweepAfter:c}",
        ["Webhooks__Timeout"] = $"{WebhookTimeout:c}",
        // A paused service misses the time-out of its tries.
        ["Webhooks__Retries__0"] = "00:00:01",
        ["Webhooks__Retries__1"] = "00:00:02",
        ["Webhooks__Retries__2"] = "00:00:10",
        ["Webhooks__Retries__3"] = "00:00:20",
    };

    /// <summary>
    /// How long everything must stay at rest. Within this time the walk through List Events, the delivery check (up to a fifth late) and
    /// the first question to Stripe all begin. Late or repeated operations show only then.
    /// </summary>
    public TimeSpan SettleTime => new[] { ListEventsEvery, (CheckAfter + CheckEvery) * 1.2, FirstCheck }.Max() + Slack;
}
