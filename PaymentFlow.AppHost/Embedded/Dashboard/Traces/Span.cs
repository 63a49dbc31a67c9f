using System.Diagnostics;

namespace PaymentFlow.AppHost.Embedded.Dashboard.Traces;

/// <summary>One step of a trace, as a service exported it.</summary>
/// <param name="ParentId">Null for the first one.</param>
/// <param name="Problem">What went wrong, in the service's words; null where nothing did.</param>
sealed record Span(
    string TraceId, string SpanId, string? ParentId, string Service, string Scope, string Name, ActivityKind Kind,
    DateTimeOffset Start, DateTimeOffset End, string? Problem, IReadOnlyList<KeyValuePair<string, string>> Attributes)
{
    public TimeSpan Duration => End - Start;
}
