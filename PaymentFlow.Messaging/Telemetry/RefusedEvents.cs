using System.Diagnostics.Metrics;

namespace PaymentFlow.Messaging.Telemetry;

/// <summary>Counts events without a valid signature. Either somebody forges events, or a service has other keys than the rest.</summary>
public static class RefusedEvents
{
    static readonly Counter<long> Refused = PaymentFlowTelemetry.Meter.CreateCounter<long>(
        "paymentflow.events.refused", "{event}", "Events that were refused, because they have no valid signature");

    public static void Count(string topic) => Refused.Add(1, new KeyValuePair<string, object?>("topic", topic));
}
