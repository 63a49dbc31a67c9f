using System.Diagnostics;

namespace PaymentFlow.AppHost.Embedded.Dashboard.Traces;

/// <summary>The spans of one trace that have arrived so far: services export each their own, seconds apart.</summary>
sealed class Trace
{
    public Trace(IReadOnlyCollection<Span> spans)
    {
        var ids = spans.Select(span => span.SpanId).ToHashSet();
        var children = spans.ToLookup(span => span.ParentId is { } parent && ids.Contains(parent) ? parent : "");
        Steps = [.. Below("", 0)];
        Id = Root.TraceId;
        Start = spans.Min(span => span.Start);
        Duration = spans.Max(span => span.End) - Start;
        Services = [.. Steps.Select(step => step.Span.Service).Distinct()];

        IEnumerable<Step> Below(string parent, int depth) => children[parent].OrderBy(span => span.Start)
            .SelectMany(span => Below(span.SpanId, depth + 1).Prepend(new Step(span, depth)));
    }

    public string Id { get; }

    /// <summary>Every span after its parent, each with its distance from the first; those whose parent has not arrived stand at the margin.</summary>
    public IReadOnlyList<Step> Steps { get; }

    public Span Root => Steps[0].Span;

    public DateTimeOffset Start { get; }

    /// <summary>From the first beginning to the last end.</summary>
    public TimeSpan Duration { get; }

    /// <summary>In the order in which the trace came by them.</summary>
    public IReadOnlyList<string> Services { get; }

    public int Problems => Steps.Count(step => step.Span.Problem is not null);

    /// <summary>It began with a call that nobody's request or click caused: a sweep, a probe, a webhook's delivery.</summary>
    public bool IsBackground => Root.Kind is ActivityKind.Client;

    public readonly record struct Step(Span Span, int Depth);
}
