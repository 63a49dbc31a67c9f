using System.Diagnostics.Metrics;
using PaymentFlow.Messaging.Telemetry;

namespace PaymentFlow.OrderService.Live;

static class LiveMetrics
{
    public const string WebSocket = "websocket";
    public const string EventStream = "sse";
    const string Transport = "transport";

    static readonly Histogram<double> PushDuration = PaymentFlowTelemetry.Meter.CreateHistogram(
        "paymentflow.push.duration", "s", "Time from Stripe's answer (the event's time) until the frame was sent, by transport",
        tags: null, advice: new InstrumentAdvice<double>
        {
            HistogramBucketBoundaries = [.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 15, 60],
        });

    static readonly UpDownCounter<long> ConnectionCounter = PaymentFlowTelemetry.Meter.CreateUpDownCounter<long>(
        "paymentflow.sockets.open", "{socket}", "Open WebSockets and event streams of orders, by transport");

    static long _open;

    /// <summary>The WebSockets and event streams that are open in this instance.</summary>
    public static long Open => Interlocked.Read(ref _open);

    public static void Pushed(string transport, TimeSpan duration) =>
        PushDuration.Record(duration.TotalSeconds, new KeyValuePair<string, object?>(Transport, transport));

    /// <summary>Counts a connection until the result is disposed of.</summary>
    public static OpenConnection Opened(string transport)
    {
        Change(transport, 1);
        return new OpenConnection(transport);
    }

    static void Change(string transport, long by)
    {
        Interlocked.Add(ref _open, by);
        ConnectionCounter.Add(by, new KeyValuePair<string, object?>(Transport, transport));
    }

    public readonly struct OpenConnection(string transport) : IDisposable
    {
        public void Dispose() => Change(transport, -1);
    }
}
