namespace PaymentFlow.StripeSandbox.Faults;

/// <summary>
/// The faults for the next calls, in the order in which they were planned, and how many have happened. In memory only, so a restart clears
/// them. Safe for concurrent use: a fault planned for n calls happens to exactly n.
/// </summary>
sealed class FaultPlan(TimeProvider time, IHostApplicationLifetime life) : IDisposable
{
    readonly Lock _lock = new();
    readonly List<PlannedFault> _planned = [];
    readonly Dictionary<(CallKind Call, FaultKind Fault), long> _used = [];
    CancellationTokenSource _release = new();
    int _holding;

    public void Add(PlannedFault fault)
    {
        lock (_lock) _planned.Add(fault);
    }

    /// <summary>Takes the fault planned for this call. Null if there is none.</summary>
    public Fault? Take(CallKind call)
    {
        lock (_lock)
        {
            var i = _planned.FindIndex(f => f.Call == CallKind.Any || f.Call == call);
            if (i < 0) return null;
            var planned = _planned[i];
            if (planned.Remaining == 1) _planned.RemoveAt(i);
            else _planned[i] = planned with { Remaining = planned.Remaining - 1 };
            _used[(call, planned.Fault)] = _used.GetValueOrDefault((call, planned.Fault)) + 1;
            return new(planned.Fault, planned.Wait, _release.Token);
        }
    }

    /// <summary>Removes all planned faults and releases every call that is being held.</summary>
    public void Clear()
    {
        CancellationTokenSource release;
        lock (_lock)
        {
            _planned.Clear();
            (release, _release) = (_release, new());
        }
        // Not disposed, because a call that has just taken a fault may be about to wait on the token.
        release.Cancel();
    }

    public FaultReport Report()
    {
        lock (_lock)
            return new([.. _planned], [.. _used.Select(u => new UsedFault(u.Key.Call, u.Key.Fault, u.Value))], Volatile.Read(ref _holding));
    }

    /// <summary>
    /// Waits as long as the fault says. Ends early when the fault is released, the client disconnects (<paramref name="aborted"/>) or the
    /// sandbox stops.
    /// </summary>
    public async Task HoldAsync(Fault fault, CancellationToken aborted)
    {
        using var early = CancellationTokenSource.CreateLinkedTokenSource(fault.Released, aborted, life.ApplicationStopping);
        Interlocked.Increment(ref _holding);
        await Task.Delay(fault.Wait, time, early.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Interlocked.Decrement(ref _holding);
    }

    public void Dispose() => _release.Dispose();
}

sealed record UsedFault(CallKind Call, FaultKind Fault, long Count);

sealed record FaultReport(IReadOnlyList<PlannedFault> Left, IReadOnlyList<UsedFault> Used, int Holding);
