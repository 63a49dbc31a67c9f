namespace PaymentFlow.ServiceDefaults;

/// <summary>
/// The wait before a retry, by one rule for every loop: <paramref name="First"/>, doubled with each failure up to
/// <paramref name="Longest"/>. Each wait is shortened at random by up to 20 %, so that what failed together is not retried together.
/// </summary>
public readonly record struct Backoff(TimeSpan First, TimeSpan Longest)
{
    const double Jitter = 0.2;

    // Any more doublings exceed every limit, and would overflow.
    const int MaxDoublings = 30;

    /// <param name="failures">The number of failures in a row before this one.</param>
    /// <returns>At least 80 % of the doubled wait; at most <see cref="Longest"/>.</returns>
    public TimeSpan After(int failures)
    {
        var seconds = Math.Min(First.TotalSeconds * Math.Pow(2, Math.Clamp(failures, 0, MaxDoublings)), Longest.TotalSeconds);
        return TimeSpan.FromSeconds(seconds * (1 - Jitter * Random.Shared.NextDouble()));
    }

    /// <summary>The waits after 0 to <paramref name="count"/> - 1 failures, for a statement that chooses by a column.</summary>
    public TimeSpan[] Waits(int count)
    {
        var backoff = this;
        return [.. Enumerable.Range(0, count).Select(failures => backoff.After(failures))];
    }
}
