using System.Diagnostics;

namespace PaymentFlow.AppHost.Embedded.Dashboard.Traces;

/// <summary>The last traces, in memory. Background work is forgotten first: it comes every second and would drown the rest.</summary>
sealed class TraceStore
{
    const int MaxTraces = 500;
    const int MaxSpansOfOne = 1000;

    readonly Lock _lock = new();
    readonly Dictionary<string, List<Span>> _traces = [];
    // In the order in which they were first heard of.
    readonly LinkedList<string> _order = [];
    long _version;

    /// <summary>Rises with whatever arrives.</summary>
    public long Version => Interlocked.Read(ref _version);

    public void Add(IEnumerable<Span> spans)
    {
        lock (_lock)
        {
            foreach (var span in spans)
            {
                if (!_traces.TryGetValue(span.TraceId, out var trace))
                {
                    if (_traces.Count == MaxTraces) ForgetOne();
                    _traces[span.TraceId] = trace = [];
                    _order.AddLast(span.TraceId);
                }
                if (trace.Count < MaxSpansOfOne) trace.Add(span);
            }
            Interlocked.Increment(ref _version);
        }
    }

    /// <summary>Null when it is not known, or forgotten.</summary>
    public Trace? Find(string id)
    {
        lock (_lock) return _traces.TryGetValue(id, out var spans) ? new Trace(spans) : null;
    }

    /// <summary>All that are kept, the newest first.</summary>
    public IReadOnlyList<Trace> Newest()
    {
        lock (_lock) return [.. _order.Reverse().Select(id => new Trace(_traces[id]))];
    }

    void ForgetOne()
    {
        var oldest = _order.FirstOrDefault(id => _traces[id].TrueForAll(span => span.Kind is ActivityKind.Client)) ?? _order.First!.Value;
        _order.Remove(oldest);
        _traces.Remove(oldest);
    }
}
