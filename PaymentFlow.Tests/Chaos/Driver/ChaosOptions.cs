namespace PaymentFlow.Tests.Chaos.Driver;

/// <summary>One run.</summary>
/// <param name="Seed">Of everything that is drawn: the same seed draws the same faults and the same customers.</param>
/// <param name="Duration">How long customers come and faults are made; the quiet afterwards is extra.</param>
/// <param name="Rate">New customers a second.</param>
public sealed record ChaosOptions(int Seed, TimeSpan Duration, double Rate)
{
    /// <summary>Where the run tells of itself, a line at a time.</summary>
    public Action<string> Log { get; init; } = static _ => { };

    /// <summary>The faults to draw from; all of them when null.</summary>
    public IReadOnlySet<string>? Faults { get; init; }

    /// <summary>What repeats the run, where it is not the command <c>chaos</c>.</summary>
    public string? Command { get; init; }

    /// <summary>In place of faults that are drawn: what is to happen, until the customers stop coming.</summary>
    public ChaosScript? Script { get; init; }

    /// <summary>How long it may take until everything has come to rest after the last fault.</summary>
    public TimeSpan Patience { get; init; } = DefaultPatience;

    public static TimeSpan DefaultPatience { get; } = TimeSpan.FromMinutes(30);
}

/// <param name="Name">What the report calls it.</param>
public sealed record ChaosScript(string Name, Func<ChaosWorld, CancellationToken, Task> RunAsync);
