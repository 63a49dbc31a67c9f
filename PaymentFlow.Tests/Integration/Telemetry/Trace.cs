using PaymentFlow.Tests.Integration.Telemetry.Otlp;

namespace PaymentFlow.Tests.Integration.Telemetry;

/// <param name="Scope">The name of the ActivitySource.</param>
/// <param name="ParentId">Empty for the root.</param>
public sealed record ReceivedSpan(
    string Service, string Scope, string TraceId, string SpanId, string ParentId, string Name, SpanKind Kind,
    IReadOnlyDictionary<string, string> Attributes)
{
    public string? this[string attribute] => Attributes.GetValueOrDefault(attribute);

    public override string ToString() => $"{Service}: {Name}";
}

/// <param name="Value">For a histogram the number of recorded values.</param>
public sealed record ReceivedPoint(string Service, string Metric, IReadOnlyDictionary<string, string> Attributes, double Value);

/// <summary>One trace, as far as it has been exported.</summary>
public sealed record Trace(IReadOnlyList<ReceivedSpan> Spans)
{
    public ReceivedSpan? ParentOf(ReceivedSpan span) => Spans.FirstOrDefault(other => other.SpanId == span.ParentId);

    /// <summary>The spans whose parent is neither in the trace nor the given root.</summary>
    public IEnumerable<ReceivedSpan> OrphansBut(string rootId) => Spans.Where(span => span.ParentId != rootId && ParentOf(span) is null);

    /// <summary>
    /// The path from the span to the root, without the step that exists only when a webhook is faster than Stripe's answer.
    /// </summary>
    public IEnumerable<string> WayOf(ReceivedSpan span) => PathOf(span).Where(step => step != "payment-api: stripe event");

    /// <summary>The path from the span to the root.</summary>
    public IEnumerable<string> PathOf(ReceivedSpan span)
    {
        for (var at = span; at is not null; at = ParentOf(at)) yield return at.ToString();
    }

    public override string ToString() => string.Join('\n', Spans.Select(span => string.Join(" < ", PathOf(span))));
}
