using PaymentFlow.Testing.Measuring;

namespace PaymentFlow.Tests.Unit.Benchmarks;

/// <summary>The percentiles that the benchmarks report.</summary>
public sealed class LatenciesTests
{
    [Fact]
    public void A_percentile_is_accurate_to_three_digits()
    {
        Latencies latencies = new();
        foreach (var milliseconds in Enumerable.Range(1, 1000).Reverse()) latencies.Record(TimeSpan.FromMilliseconds(milliseconds));

        Assert.Equal(1000, latencies.Count);
        Assert.InRange(latencies.Milliseconds(50), 499.5, 500.5);
        Assert.InRange(latencies.Milliseconds(99), 989, 991);
        Assert.InRange(latencies.Milliseconds(99.9), 998, 1000);
        Assert.InRange(latencies.Milliseconds(100), 999.5, 1001);
    }

    [Fact]
    public void One_slow_answer_in_a_hundred_shows_in_p99_9_and_not_in_p50()
    {
        Latencies latencies = new();
        for (var i = 0; i < 990; i++) latencies.Record(TimeSpan.FromMilliseconds(2));
        for (var i = 0; i < 10; i++) latencies.Record(TimeSpan.FromSeconds(1));

        Assert.InRange(latencies.Milliseconds(50), 1.99, 2.01);
        Assert.InRange(latencies.Milliseconds(99.9), 999, 1001);
    }

    [Fact]
    public void Impossible_latencies_are_refused()
    {
        Latencies latencies = new();
        Assert.Throws<ArgumentOutOfRangeException>(() => latencies.Record(TimeSpan.FromTicks(-1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => latencies.Record(TimeSpan.FromHours(1)));
        Assert.Throws<InvalidOperationException>(() => latencies.Milliseconds(50));
    }
}
