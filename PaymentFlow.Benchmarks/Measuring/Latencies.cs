using HdrHistogram;

namespace PaymentFlow.Benchmarks.Measuring;

/// <summary>Durations in an HdrHistogram: microseconds, exact to three digits. Safe for concurrent recording.</summary>
sealed class Latencies
{
    static readonly TimeSpan Longest = TimeSpan.FromMinutes(30);

    readonly LongConcurrentHistogram _microseconds = new(1, (long)Longest.TotalMicroseconds, 3);

    public long Count => _microseconds.TotalCount;

    /// <exception cref="ArgumentOutOfRangeException">Nothing takes less than no time, or half an hour: two clocks were mixed up.</exception>
    public void Record(TimeSpan latency)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(latency, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(latency, Longest);
        _microseconds.RecordValue((long)latency.TotalMicroseconds);
    }

    /// <summary>In milliseconds, of what was recorded so far; 99.9 for the one in a thousand.</summary>
    /// <exception cref="InvalidOperationException">Nothing was.</exception>
    public double Milliseconds(double percentile) => Count > 0
        ? _microseconds.GetValueAtPercentile(percentile) / 1000.0
        : throw new InvalidOperationException("Nothing was recorded.");
}
