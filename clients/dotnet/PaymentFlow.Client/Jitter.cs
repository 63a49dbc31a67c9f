namespace PaymentFlow.Client;

/// <summary>
/// Full jitter (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/): clients that lost their connections together
/// do not come back together.
/// </summary>
static class Jitter
{
    static readonly TimeSpan First = TimeSpan.FromSeconds(1);
    static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    // More doublings would exceed the longest pause anyway.
    const int MaxDoublings = 5;

    /// <param name="failures">The number of failures in a row before this one.</param>
    /// <param name="chance">At least 0 and below 1.</param>
    public static TimeSpan After(int failures, double chance)
    {
        var longest = First * (1 << Math.Min(failures, MaxDoublings));
        return (longest < Longest ? longest : Longest) * chance;
    }
}
