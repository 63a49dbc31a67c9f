using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;

namespace PaymentFlow.Messaging.Telemetry;

/// <summary>The activity source and the meter of all of PaymentFlow's own spans and metrics.</summary>
public static class PaymentFlowTelemetry
{
    public static ActivitySource Source { get; } = new(ServiceDefaultsExtensions.TelemetryName);

    public static Meter Meter { get; } = new(ServiceDefaultsExtensions.TelemetryName);

    /// <summary>
    /// Starts a span as a child of the event's W3C context, or a root span if the event has none. It is never a child of the current
    /// span, which may belong to the previous event of the batch.
    /// </summary>
    public static Activity? StartFrom(string? traceParent, string name, ActivityKind kind)
    {
        if (ActivityContext.TryParse(traceParent, null, isRemote: true, out var parent)) return Source.StartActivity(name, kind, parent);
        Activity.Current = null;
        return Source.StartActivity(name, kind);
    }
}
