using HdrHistogram;

namespace PaymentFlow.Testing.Measuring;

/// <summary>Durations in an HdrHistogram, in microseconds with three significant digits. Safe for concurrent recording.</summary>
sealed class Latencies
{
    static readonly TimeSpan Longest = TimeSpan.FromMinutes(30);

    readonly LongConcurrentHistogram _microseconds = new(1, (long)Longest.TotalMicroseconds, 3);

    public long Count => _microseconds.TotalCount;

    /// <exception cref="ArgumentOutOfRangeException">
    /// The latency is negative or over 30 minutes; the caller probably mixed two clocks.
    /// </exception>
    public void Record(TimeSpan latency)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(latency, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(latency, Longest);
        _microseconds.RecordValue((long)latency.TotalMicroseconds);
    }

    /// <summary>A percentile (0 to 100, for example 99.9) of the recorded latencies, in milliseconds.</summary>
    /// <exception cref="InvalidOperationException">Nothing was recorded.</exception>
    public double Milliseconds(double percentile) => Count > 0
        ? _microseconds.GetValueAtPercentile(percentile) / 1000.0
        : throw new InvalidOperationException("Nothing was recorded.");
}
