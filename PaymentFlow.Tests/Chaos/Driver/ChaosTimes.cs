namespace PaymentFlow.Tests.Chaos.Driver;

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
    };

    /// <summary>Above what a customer needs who comes back after a fault: no sale should be lost to it.</summary>
    public TimeSpan AbandonAfter { get; init; } = TimeSpan.FromSeconds(30);

    public TimeSpan ListEventsEvery { get; init; } = TimeSpan.FromSeconds(10);

    public TimeSpan FirstCheck { get; init; } = TimeSpan.FromSeconds(10);

    public TimeSpan CheckAfter { get; init; } = TimeSpan.FromSeconds(10);

    public TimeSpan CheckEvery { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The same as environment variables of the services.</summary>
    public IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string>
    {
        ["Payments__AbandonAfter"] = $"{AbandonAfter:c}",
        ["Payments__ListEventsEvery"] = $"{ListEventsEvery:c}",
        ["Payments__FirstCheck"] = $"{FirstCheck:c}",
        ["Delivery__CheckAfter"] = $"{CheckAfter:c}",
        ["Delivery__Every"] = $"{CheckEvery:c}",
    };

    /// <summary>
    /// How long everything must stay at rest: longer than the walk through List Events, the check of a delivery (which comes up to a
    /// fifth late), and the first question to Stripe take to begin. A deed that is done too late, or twice, shows only then.
    /// </summary>
    public TimeSpan Proof => new[] { ListEventsEvery, (CheckAfter + CheckEvery) * 1.2, FirstCheck }.Max() + Slack;
}
