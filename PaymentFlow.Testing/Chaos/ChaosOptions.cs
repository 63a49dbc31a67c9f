namespace PaymentFlow.Testing.Chaos;

/// <summary>The options of one run.</summary>
/// <param name="Seed">The random seed. The same seed draws the same faults and the same customers.</param>
/// <param name="Duration">How long customers arrive and faults are made. The time to come to rest afterwards is extra.</param>
/// <param name="Rate">New customers per second.</param>
public sealed record ChaosOptions(int Seed, TimeSpan Duration, double Rate)
{
    /// <summary>Called with each line of the run's progress.</summary>
    public Action<string> Log { get; init; } = static _ => { };

    /// <summary>The kinds of faults to draw from; all if null.</summary>
    public IReadOnlySet<string>? Faults { get; init; }

    /// <summary>The command that repeats the run; the command <c>chaos</c> if null.</summary>
    public string? Command { get; init; }

    /// <summary>A script that runs instead of drawn faults while customers arrive; none if null.</summary>
    public ChaosScript? Script { get; init; }

    /// <summary>The time limit for everything to come to rest after the last fault.</summary>
    public TimeSpan Patience { get; init; } = DefaultPatience;

    public static TimeSpan DefaultPatience { get; } = TimeSpan.FromMinutes(30);
}

/// <param name="Name">The name in the report.</param>
public sealed record ChaosScript(string Name, Func<ChaosWorld, CancellationToken, Task> RunAsync);
