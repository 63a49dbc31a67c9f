using System.Diagnostics;
using PaymentFlow.AppHost.Embedded.Dashboard.Traces;

namespace PaymentFlow.Tests.Unit.Embedded;

public sealed class TraceStoreTests
{
    readonly TraceStore _store = new();

    [Fact]
    public void Spans_stand_below_their_parents_in_the_order_in_which_they_began_however_they_came()
    {
        _store.Add([Span("t", "late", "root", 7), Span("t", "leaf", "early", 4), Span("t", "early", "root", 2)]);
        // Until the root is there, its children stand at the margin.
        Assert.Equal(["0 early", "1 leaf", "0 late"], Steps("t"));

        _store.Add([Span("t", "root", null, 1)]);

        Assert.Equal(["0 root", "1 early", "2 leaf", "1 late"], Steps("t"));
    }

    [Fact]
    public void A_trace_lasts_from_its_first_beginning_to_its_last_end()
    {
        _store.Add([Span("t", "root", null, 1), Span("t", "after", "root", 5)]);
        Assert.Equal(TimeSpan.FromSeconds(5), _store.Find("t")!.Duration);
    }

    [Fact]
    public void Of_too_many_the_background_work_is_forgotten_first()
    {
        _store.Add([Span("payment", "p", null, 0)]);
        for (var i = 0; i < 2000; i++) _store.Add([Span($"sweep-{i}", $"s-{i}", null, i) with { Kind = ActivityKind.Client }]);

        Assert.NotNull(_store.Find("payment"));
        Assert.Null(_store.Find("sweep-0"));
        Assert.NotNull(_store.Find("sweep-1999"));
        Assert.Equal("sweep-1999", _store.Newest()[0].Id);
        Assert.Equal(500, _store.Newest().Count);

        for (var i = 0; i < 2000; i++) _store.Add([Span($"payment-{i}", $"p-{i}", null, i)]);
        Assert.Null(_store.Find("payment"));
        Assert.Equal(500, _store.Newest().Count);
    }

    IEnumerable<string> Steps(string trace) => _store.Find(trace)!.Steps.Select(step => $"{step.Depth} {step.Span.SpanId}");

    /// <summary>Begins at that second and lasts one.</summary>
    static Span Span(string trace, string id, string? parent, int second) => new(
        trace, id, parent, "service", "scope", id, ActivityKind.Server,
        DateTimeOffset.UnixEpoch.AddSeconds(second), DateTimeOffset.UnixEpoch.AddSeconds(second + 1), null, []);
}
