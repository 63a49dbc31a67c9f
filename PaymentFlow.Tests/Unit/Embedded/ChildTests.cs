using System.Diagnostics;
using Microsoft.Extensions.Time.Testing;
using PaymentFlow.AppHost.Embedded;
using PaymentFlow.AppHost.Embedded.Output;
using PaymentFlow.AppHost.Embedded.Running;
using PaymentFlow.Tests.Fixtures;

namespace PaymentFlow.Tests.Unit.Embedded;

/// <summary>Restarts with back-off: real processes, a clock of our own.</summary>
public sealed class ChildTests
{
    static readonly TimeSpan Step = TimeSpan.FromSeconds(1);

    readonly FakeTimeProvider _time = new();
    readonly ResourceOutput _output = new((_, _) => { }, TimeProvider.System);
    int _starts;

    [Fact]
    public async Task Who_keeps_dying_is_started_later_and_later_and_who_ran_well_at_once_again()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Needs sh.");
        var program = "exit 3";
        await using var child = new Child("child", _ => Launch(program), Signals.Terminate, TimeSpan.FromSeconds(5), _output, _time);
        await child.StartAsync(TestContext.Current.CancellationToken);
        child.Supervise();

        for (var death = 1; death <= 7; death++)
        {
            var deaths = death;
            await Eventually.TrueAsync(() => Deaths.Count == deaths);
            if (death == 7) program = "exec sleep 1000";
            await Eventually.TrueAsync(() =>
            {
                if (_starts <= deaths) _time.Advance(Step);
                return _starts > deaths;
            });
        }
        // It lives now, for longer than a minute.
        await Eventually.TrueAsync(() => _output.LogsOf("child")[^1].StartsWith("started again", StringComparison.Ordinal) && child.ProcessId is not null);
        _time.Advance(TimeSpan.FromMinutes(2));
        using (var process = Process.GetProcessById(child.ProcessId!.Value)) process.Kill();
        await Eventually.TrueAsync(() => Deaths.Count == 8);

        Assert.Equal(
            [.. new[] { 1, 2, 4, 8, 16, 30, 30 }.Select(delay => $"stopped with exit code 3; starting it again in {delay} s"),
                "stopped with exit code 137; starting it again in 1 s"],
            Deaths);
    }

    [Fact]
    public async Task Who_is_killed_on_purpose_is_no_crash_loop_and_stays_down_as_long_as_it_is_kept_down()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Needs sh.");
        await using var child = new Child("child", _ => Launch("exec sleep 1000"), Signals.Terminate, TimeSpan.FromSeconds(5), _output, _time);
        await child.StartAsync(TestContext.Current.CancellationToken);
        child.Supervise();

        for (var death = 1; death <= 3; death++)
        {
            var deaths = death;
            child.Signal(ProcessSignal.Kill);
            await Eventually.TrueAsync(() => Deaths.Count == deaths);
            await StartedAsync(deaths + 1);
        }
        var down = child.KeepDown();
        await Eventually.TrueAsync(() => child.ProcessId is null);
        _time.Advance(TimeSpan.FromMinutes(5));
        Assert.Null(child.ProcessId);
        Assert.Equal(4, _starts);
        down.Dispose();
        await StartedAsync(5);

        Assert.Equal(Enumerable.Repeat("stopped with exit code 137; starting it again in 1 s", 4), Deaths);
    }

    Task StartedAsync(int times) => Eventually.TrueAsync(() =>
    {
        if (_starts < times) _time.Advance(Step);
        return _starts == times && _output.LogsOf("child").Count(line => line.StartsWith("started again", StringComparison.Ordinal)) == times - 1;
    });

    IReadOnlyList<string> Deaths => [.. _output.LogsOf("child").Where(line => line.StartsWith("stopped", StringComparison.Ordinal))];

    Task<Process> Launch(string program)
    {
        var process = Process.Start(new ProcessStartInfo("sh", ["-c", program]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Interlocked.Increment(ref _starts);
        return Task.FromResult(process);
    }
}
