using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;

namespace PaymentFlow.Messaging.Telemetry;

/// <summary>The one activity source and the one meter that all of PaymentFlow's own spans and metrics belong to.</summary>
public static class PaymentFlowTelemetry
{
    public static ActivitySource Source { get; } = new(ServiceDefaultsExtensions.TelemetryName);

    public static Meter Meter { get; } = new(ServiceDefaultsExtensions.TelemetryName);

    /// <summary>
    /// Starts a span below the W3C context that came with an event, or a root where none came: never one below the current span, which
    /// may be that of the event before it in the batch.
    /// </summary>
    public static Activity? StartFrom(string? traceParent, string name, ActivityKind kind)
    {
        if (ActivityContext.TryParse(traceParent, null, isRemote: true, out var parent)) return Source.StartActivity(name, kind, parent);
        Activity.Current = null;
        return Source.StartActivity(name, kind);
    }
}
