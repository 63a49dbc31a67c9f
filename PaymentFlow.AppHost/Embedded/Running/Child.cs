using System.Diagnostics;
using PaymentFlow.AppHost.Embedded.Output;

namespace PaymentFlow.AppHost.Embedded.Running;

/// <summary>A resource's process: its lines go to the log, and when it dies it is started again, later and later while it keeps dying.</summary>
/// <param name="launch">Starts it, with its output redirected; asked anew for every start.</param>
/// <param name="stopSignal">What asks it to end; it is killed when it has not within <paramref name="patience"/>.</param>
sealed class Child(
    string name, Func<CancellationToken, Task<Process>> launch, int stopSignal, TimeSpan patience, ResourceOutput output, TimeProvider time)
    : IAsyncDisposable
{
    static readonly TimeSpan FirstDelay = TimeSpan.FromSeconds(1);
    static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(30);
    // Who ran that long was well: the next crash is a new story.
    static readonly TimeSpan LongRun = TimeSpan.FromMinutes(1);

    readonly CancellationTokenSource _stopping = new();
    volatile TaskCompletionSource? _held;
    volatile bool _deliberate;
    Process? _process;
    Task _supervising = Task.CompletedTask;
    int _restarts;

    /// <summary>Null while it is down.</summary>
    public int? ProcessId => _process is { HasExited: false } process ? process.Id : null;

    /// <summary>How often it was started again.</summary>
    public int Restarts => Volatile.Read(ref _restarts);

    /// <summary>It is down because somebody wants it so.</summary>
    public bool IsHeld => _held is not null;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var process = await launch(cancellationToken);
        process.OutputDataReceived += Write;
        process.ErrorDataReceived += Write;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        _process = process;
    }

    /// <summary>From now on it is started again whenever it ends.</summary>
    public void Supervise() => _supervising = SuperviseAsync();

    async Task SuperviseAsync()
    {
        var delay = FirstDelay;
        var started = time.GetTimestamp();
        while (true)
        {
            try
            {
                await _process!.WaitForExitAsync(_stopping.Token);
                if (_held is { } held) await held.Task.WaitAsync(_stopping.Token);
                if (_deliberate || time.GetElapsedTime(started) > LongRun) delay = FirstDelay;
                _deliberate = false;
                output.Write(name, $"stopped with exit code {_process.ExitCode}; starting it again in {delay.TotalSeconds:0} s");
                await Task.Delay(delay, time, _stopping.Token);
                if (_held is { } meanwhile) await meanwhile.Task.WaitAsync(_stopping.Token);
                delay = delay * 2 < LongestDelay ? delay * 2 : LongestDelay;
                started = time.GetTimestamp();
                await StartAsync(_stopping.Token);
                Interlocked.Increment(ref _restarts);
                output.Write(name, $"started again, process {_process.Id}");
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception e)
            {
                output.Write(name, $"can't be started again: {e.Message}");
                return;
            }
        }
    }

    /// <summary>Told to end by us, which is no crash loop: the next start is as prompt as the first.</summary>
    public void Signal(ProcessSignal signal)
    {
        if (ProcessId is not { } process) return;
        _deliberate |= signal is ProcessSignal.Kill or ProcessSignal.Terminate;
        Signals.Send(process, signal);
    }

    /// <summary>kill -9, and no new start until the answer is disposed.</summary>
    public IDisposable KeepDown()
    {
        var held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _held = held;
        Signal(ProcessSignal.Kill);
        return new Release(() =>
        {
            _held = null;
            held.TrySetResult();
        });
    }

    /// <summary>Ends it in order; it stays down until <see cref="Resume"/>.</summary>
    public Task StopAsync()
    {
        _held ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return EndAsync();
    }

    /// <summary>What was stopped is started again.</summary>
    public void Resume()
    {
        if (_held is not { } held) return;
        _held = null;
        held.TrySetResult();
    }

    /// <summary>Ends it in order, and it is started again.</summary>
    public Task RestartAsync() => EndAsync();

    Task EndAsync()
    {
        _deliberate = true;
        return _process is { } process ? process.StopAsync(stopSignal, patience) : Task.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _supervising;
        if (_process is { } process) await process.StopAsync(stopSignal, patience);
        _stopping.Dispose();
    }

    sealed class Release(Action release) : IDisposable
    {
        public void Dispose() => release();
    }

    void Write(object sender, DataReceivedEventArgs line)
    {
        if (line.Data is { Length: > 0 } text) output.Write(name, text);
    }
}
