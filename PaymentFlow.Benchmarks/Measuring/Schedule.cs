using System.Diagnostics;

namespace PaymentFlow.Benchmarks.Measuring;

/// <summary>When each request of an open loop is meant to be sent. Computed from the start, so that nothing adds up.</summary>
/// <param name="Start">A <see cref="Stopwatch"/> timestamp.</param>
/// <param name="Rate">A second.</param>
readonly record struct Schedule(long Start, double Rate)
{
    public long At(int request) => Start + (long)(request * (Stopwatch.Frequency / Rate));
}
