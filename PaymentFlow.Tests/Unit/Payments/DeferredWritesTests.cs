using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using PaymentFlow.PaymentApi.Payments;
using PaymentFlow.Tests.Fixtures;

namespace PaymentFlow.Tests.Unit.Payments;

/// <summary>The test has its own clock, so a write is retried only when the test says so.</summary>
public sealed class DeferredWritesTests : IDisposable
{
    readonly FakeTimeProvider _time = new();
    readonly DeferredWrites _writes;

    public DeferredWritesTests() => _writes = new(_time, NullLogger<DeferredWrites>.Instance);

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_write_that_fails_or_hangs_does_not_hold_up_another()
    {
        var written = 0;
        _writes.Add(_ => throw new NpgsqlException("away"));
        _writes.Add(end => Task.Delay(Timeout.Infinite, end));
        _writes.Add(_ => throw new InvalidOperationException("a fault of ours"));
        for (var i = 0; i < 10; i++) _writes.Add(_ => Task.FromResult(Interlocked.Increment(ref written)));

        await PassUntilAsync(() => Volatile.Read(ref written) == 10);
    }

    [Fact]
    public async Task A_write_is_tried_until_Postgres_is_back_and_then_no_more()
    {
        int tries = 0, written = 0;
        var away = true;
        _writes.Add(_ =>
        {
            Interlocked.Increment(ref tries);
            if (Volatile.Read(ref away)) throw new NpgsqlException("away");
            Interlocked.Increment(ref written);
            return Task.CompletedTask;
        });

        await PassUntilAsync(() => Volatile.Read(ref tries) >= 5);
        Assert.Equal(0, written);
        Volatile.Write(ref away, false);
        await PassUntilAsync(() => Volatile.Read(ref written) == 1);
        var needed = tries;
        _time.Advance(TimeSpan.FromHours(1));
        await StopAsync();
        Assert.Equal((needed, 1), (tries, written));
    }

    [Fact]
    public async Task What_waits_is_written_when_the_host_stops()
    {
        var written = 0;
        for (var i = 0; i < 20; i++) _writes.Add(_ => Task.FromResult(Interlocked.Increment(ref written)));

        // No time passes, so no retry is due.
        await StopAsync();

        Assert.Equal(20, written);
    }

    [Fact]
    public async Task The_host_stops_although_Postgres_stays_away()
    {
        _writes.Add(_ => throw new NpgsqlException("away"));
        _writes.Add(end => Task.Delay(Timeout.Infinite, end));

        var stopping = StopAsync();

        Assert.False(stopping.IsCompleted);
        await PassUntilAsync(() => stopping.IsCompleted);
        await stopping;
    }

    [Fact]
    public async Task Beyond_the_bound_a_write_is_dropped_and_counted()
    {
        int written = 0, dropped = 0, failures = 0;
        using MeterListener listener = new();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Name == "paymentflow.background.failures") self.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((_, _, tags, _) =>
        {
            if (tags.ToArray().Contains(new KeyValuePair<string, object?>("work", "deferred-writes"))) Interlocked.Increment(ref failures);
        });
        listener.Start();
        for (var i = 0; i < DeferredWrites.MaxWaiting; i++) _writes.Add(_ => Task.FromResult(Interlocked.Increment(ref written)));

        _writes.Add(_ => Task.FromResult(Interlocked.Increment(ref dropped)));

        // Other tests' failures may be counted meanwhile.
        Assert.True(failures >= 1);
        await StopAsync();
        Assert.Equal((DeferredWrites.MaxWaiting, 0), (written, dropped));
    }

    public void Dispose() => _writes.Dispose();

    Task StopAsync() => ((IHostedService)_writes).StopAsync(Token);

    Task PassUntilAsync(Func<bool> condition) => Eventually.TrueAsync(() =>
    {
        if (condition()) return true;
        _time.Advance(TimeSpan.FromSeconds(1));
        return false;
    });
}
