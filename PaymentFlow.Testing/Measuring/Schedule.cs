using System.Diagnostics;

namespace PaymentFlow.Testing.Measuring;

/// <summary>The intended send times of an open loop. Each is computed from the start, so that errors do not add up.</summary>
/// <param name="Start">A <see cref="Stopwatch"/> timestamp.</param>
/// <param name="Rate">Requests per second.</param>
readonly record struct Schedule(long Start, double Rate)
{
    public long At(int request) => Start + (long)(request * (Stopwatch.Frequency / Rate));
}
