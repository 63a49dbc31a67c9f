using System.Diagnostics.Metrics;
using PaymentFlow.Messaging.Telemetry;

namespace PaymentFlow.OrderService.Live;

static class LiveMetrics
{
    public static readonly UpDownCounter<long> OpenSockets = PaymentFlowTelemetry.Meter.CreateUpDownCounter<long>(
        "paymentflow.sockets.open", "{socket}", "WebSockets that are open");

    public static readonly Histogram<double> PushDuration = PaymentFlowTelemetry.Meter.CreateHistogram(
        "paymentflow.push.duration", "s", "From Stripe's answer, by the event's time, until the frame was sent",
        tags: null, advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 15, 60] });
}
