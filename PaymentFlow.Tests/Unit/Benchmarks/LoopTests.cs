using System.Diagnostics;
using PaymentFlow.Testing.Measuring;

namespace PaymentFlow.Tests.Unit.Benchmarks;

/// <summary>The open and the closed loop, with which the benchmarks create load.</summary>
public sealed class LoopTests
{
    [Theory]
    [InlineData(10)]
    [InlineData(300)]
    [InlineData(7)]
    public void A_schedule_does_not_drift(double rate)
    {
        Schedule schedule = new(Start: 1_000, rate);
        Assert.Equal(1_000, schedule.At(0));
        // The request after one hour's worth of requests is scheduled exactly one hour after the start.
        Assert.InRange(Stopwatch.GetElapsedTime(1_000, schedule.At((int)(rate * 3_600))).TotalSeconds, 3_600 - 1e-6, 3_600 + 1e-6);
    }

    [Fact]
    public async Task An_open_loop_passes_each_request_its_intended_time_even_when_an_earlier_request_delays_it()
    {
        List<(long Intended, long Sent)> requests = [];
        await OpenLoop.RunAsync(rate: 1_000, count: 20, (request, intended) =>
        {
            requests.Add((intended, Stopwatch.GetTimestamp()));
            // The first request blocks the sender until after the intended times of all others.
            if (request == 0) SpinWait.SpinUntil(() => Stopwatch.GetElapsedTime(intended) >= TimeSpan.FromMilliseconds(50));
            return Task.CompletedTask;
        });

        Assert.Equal(20, requests.Count);
        for (var i = 1; i < requests.Count; i++)
        {
            Assert.Equal(i, Stopwatch.GetElapsedTime(requests[0].Intended, requests[i].Intended).TotalMilliseconds, precision: 3);
            Assert.True(requests[i].Sent >= requests[i].Intended, "Nothing is sent before its time.");
            // The latency of a delayed request includes its delay.
            Assert.True(Stopwatch.GetElapsedTime(requests[i].Intended, requests[i].Sent) >= TimeSpan.FromMilliseconds(50 - i - 0.001));
        }
    }

    [Fact]
    public async Task An_open_loop_waits_for_all_answers_and_fails_when_one_of_them_fails()
    {
        TaskCompletionSource answer = new();
        var running = OpenLoop.RunAsync(rate: 10_000, count: 3, (request, _) => request == 1 ? answer.Task : Task.CompletedTask);
        Assert.False(running.IsCompleted);
        answer.SetException(new InvalidOperationException("503"));
        Assert.Equal("503", (await Assert.ThrowsAsync<InvalidOperationException>(() => running)).Message);
    }

    [Fact]
    public async Task A_closed_loop_keeps_a_fixed_number_of_requests_under_way_and_counts_those_that_ended()
    {
        var (underWay, most, ended) = (0, 0, 0);
        using SemaphoreSlim go = new(0);
        var loop = ClosedLoop.Start(concurrency: 4, async () =>
        {
            lock (go) most = Math.Max(most, ++underWay);
            await go.WaitAsync(TestContext.Current.CancellationToken);
            lock (go) (underWay, ended) = (underWay - 1, ended + 1);
        });
        await Fixtures.Eventually.TrueAsync(() => Volatile.Read(ref most) == 4);
        go.Release(10);
        await Fixtures.Eventually.TrueAsync(() => Volatile.Read(ref ended) == 10);
        var stopping = loop.StopAsync();
        go.Release(4);
        await stopping;

        Assert.Equal(4, most);
        Assert.Equal(14, loop.TakeWindow().Count);
        Assert.Equal(0, loop.TakeWindow().Count);
    }
}
