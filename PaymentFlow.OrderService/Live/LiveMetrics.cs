using System.Diagnostics.Metrics;
using PaymentFlow.Messaging.Telemetry;

namespace PaymentFlow.OrderService.Live;

static class LiveMetrics
{
    public static readonly Histogram<double> PushDuration = PaymentFlowTelemetry.Meter.CreateHistogram(
        "paymentflow.push.duration", "s", "Time from Stripe's answer (the event's time) until the frame was sent",
        tags: null, advice: new InstrumentAdvice<double>
        {
            HistogramBucketBoundaries = [.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 15, 60],
        });

    static readonly UpDownCounter<long> SocketCounter = PaymentFlowTelemetry.Meter.CreateUpDownCounter<long>(
        "paymentflow.sockets.open", "{socket}", "Open WebSockets");

    static long _openSockets;

    /// <summary>The sockets that are open in this instance.</summary>
    public static long OpenSockets => Interlocked.Read(ref _openSockets);

    public static void SocketOpened() => CountSockets(1);

    public static void SocketClosed() => CountSockets(-1);

    static void CountSockets(long change)
    {
        Interlocked.Add(ref _openSockets, change);
        SocketCounter.Add(change);
    }
}
