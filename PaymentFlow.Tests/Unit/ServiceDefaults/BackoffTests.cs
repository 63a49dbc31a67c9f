using PaymentFlow.ServiceDefaults;

namespace PaymentFlow.Tests.Unit.ServiceDefaults;

public sealed class BackoffTests
{
    static readonly TimeSpan First = TimeSpan.FromSeconds(1), Longest = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 2)]
    [InlineData(5, 32)]
    [InlineData(6, 60)]
    [InlineData(1000, 60)]
    [InlineData(int.MaxValue, 60)]
    public void A_wait_doubles_with_each_failure_up_to_the_longest_and_is_shortened_by_a_fifth_at_most(int failures, double seconds)
    {
        var waits = Enumerable.Range(0, 1000).Select(_ => new Backoff(First, Longest).After(failures).TotalSeconds).ToList();

        Assert.All(waits, wait => Assert.InRange(wait, 0.8 * seconds - 0.001, seconds));
        // They are spread over the whole range, so that what failed together is not retried together.
        Assert.True(waits.Max() - waits.Min() > 0.15 * seconds);
    }

    [Fact]
    public void A_longest_wait_below_the_first_is_the_wait() =>
        Assert.InRange(new Backoff(Longest, First).After(0), First * 0.79, First);

    [Fact]
    public void The_longest_first_wait_does_not_overflow() =>
        Assert.True(new Backoff(TimeSpan.FromDays(365), TimeSpan.MaxValue / 2).After(100) > TimeSpan.Zero);

    [Fact]
    public void The_waits_in_a_row_are_those_after_each_number_of_failures()
    {
        var waits = new Backoff(First, Longest).Waits(8);

        Assert.Equal(8, waits.Length);
        foreach (var (wait, seconds) in waits.Zip([1, 2, 4, 8, 16, 32, 60, 60]))
            Assert.InRange(wait.TotalSeconds, 0.79 * seconds, seconds);
    }
}
