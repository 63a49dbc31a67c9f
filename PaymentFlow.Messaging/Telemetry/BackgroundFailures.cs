using System.Diagnostics.Metrics;

namespace PaymentFlow.Messaging.Telemetry;

/// <summary>
/// Counts what failed in the background for a reason other than an outage. The work is logged and repeated later; the host keeps running,
/// because a check or a clean-up must not end a service that takes payments.
/// </summary>
public static class BackgroundFailures
{
    static readonly Counter<long> Failures = PaymentFlowTelemetry.Meter.CreateCounter<long>(
        "paymentflow.background.failures", "{failure}", "Failures in the background that are no outage");

    /// <param name="work">The name of the background service, such as <c>pruning</c>.</param>
    public static void Count(string work) => Failures.Add(1, new KeyValuePair<string, object?>("work", work));
}
