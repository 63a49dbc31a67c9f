using System.Diagnostics;
using Microsoft.Extensions.Hosting;
using PaymentFlow.Messaging.Telemetry;

namespace PaymentFlow.Tests.Unit.Messaging;

/// <summary>Which parent the span of an event gets.</summary>
public sealed class StartFromTests : IDisposable
{
    const string TraceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    readonly ActivityListener _listener = new()
    {
        ShouldListenTo = source => source.Name == ServiceDefaultsExtensions.TelemetryName,
        Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
    };

    public StartFromTests() => ActivitySource.AddActivityListener(_listener);

    public void Dispose() => _listener.Dispose();

    [Fact]
    public void Each_event_without_a_trace_context_starts_a_trace_of_its_own()
    {
        using var first = PaymentFlowTelemetry.StartFrom(null, "order update", ActivityKind.Consumer);
        using var second = PaymentFlowTelemetry.StartFrom(null, "order update", ActivityKind.Consumer);

        Assert.Null(second!.Parent);
        Assert.NotEqual(first!.TraceId, second.TraceId);
    }

    [Fact]
    public void The_trace_context_of_an_event_is_the_parent_even_when_another_span_is_current()
    {
        using var current = PaymentFlowTelemetry.StartFrom(null, "order update", ActivityKind.Consumer);
        using var span = PaymentFlowTelemetry.StartFrom(TraceParent, "order update", ActivityKind.Consumer);

        Assert.Equal(TraceParent, span!.ParentId);
    }
}
