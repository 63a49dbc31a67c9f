using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using PaymentFlow.Tests.Integration.Telemetry.Otlp;

namespace PaymentFlow.Tests.Integration.Telemetry;

/// <summary>
/// A collector that keeps in memory what it receives. It speaks OTLP over HTTP as binary protobuf
/// (https://opentelemetry.io/docs/specs/otlp/#otlphttp).
/// </summary>
public sealed class OtlpReceiver : IAsyncDisposable
{
    readonly WebApplication _app;
    readonly ConcurrentQueue<byte[]> _bodies = new();
    readonly ConcurrentQueue<ReceivedSpan> _spans = new();
    readonly ConcurrentQueue<ReceivedPoint> _points = new();

    OtlpReceiver()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        _app = builder.Build();
        _app.Urls.Add("http://127.0.0.1:0");
        Map("/v1/traces", body => Remember(_spans, SpansOf(ExportTraceServiceRequest.Parser.ParseFrom(body))));
        Map("/v1/metrics", body => Remember(_points, PointsOf(ExportMetricsServiceRequest.Parser.ParseFrom(body))));
        Map("/v1/logs", _ => { });

        void Map(string path, Action<byte[]> remember) => _app.MapPost(path, context => TakeAsync(context, remember));
    }

    public string Endpoint => _app.Urls.Single();

    public static async Task<OtlpReceiver> StartAsync()
    {
        var receiver = new OtlpReceiver();
        await receiver._app.StartAsync(TestContext.Current.CancellationToken);
        return receiver;
    }

    public Trace TraceOf(string traceId) => new([.. _spans.Where(span => span.TraceId == traceId)]);

    public IEnumerable<ReceivedSpan> Spans => _spans;

    /// <summary>All points of a metric so far, the newest last.</summary>
    public IEnumerable<ReceivedPoint> PointsOf(string service, string metric) =>
        _points.Where(point => point.Service == service && point.Metric == metric);

    /// <summary>Whether any field of an exported span, metric or log record contains the text.</summary>
    public bool Contains(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return _bodies.Any(body => body.AsSpan().IndexOf(bytes) >= 0);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    async Task TakeAsync(HttpContext context, Action<byte[]> remember)
    {
        const string Protobuf = "application/x-protobuf";
        if (context.Request.ContentType != Protobuf)
        {
            context.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            return;
        }
        using var buffer = new MemoryStream();
        await context.Request.Body.CopyToAsync(buffer, context.RequestAborted);
        var body = buffer.ToArray();
        _bodies.Enqueue(body);
        remember(body);
        // A successful Export…ServiceResponse is an empty message.
        context.Response.ContentType = Protobuf;
    }

    static void Remember<T>(ConcurrentQueue<T> memory, IEnumerable<T> items)
    {
        foreach (var item in items) memory.Enqueue(item);
    }

    static IEnumerable<ReceivedSpan> SpansOf(ExportTraceServiceRequest request) =>
        from resource in request.ResourceSpans
        from scope in resource.ScopeSpans
        from span in scope.Spans
        select new ReceivedSpan(
            ServiceOf(resource.Resource), scope.Scope.Name, Hex(span.TraceId), Hex(span.SpanId), Hex(span.ParentSpanId),
            span.Name, span.Kind, Read(span.Attributes));

    static IEnumerable<ReceivedPoint> PointsOf(ExportMetricsServiceRequest request) =>
        from resource in request.ResourceMetrics
        from scope in resource.ScopeMetrics
        from metric in scope.Metrics
        from point in PointsOf(metric)
        select new ReceivedPoint(ServiceOf(resource.Resource), metric.Name, Read(point.Attributes), point.Value);

    static IEnumerable<(IEnumerable<KeyValue> Attributes, double Value)> PointsOf(Metric metric) => metric.DataCase switch
    {
        Metric.DataOneofCase.Gauge => metric.Gauge.DataPoints.Select(Read),
        Metric.DataOneofCase.Sum => metric.Sum.DataPoints.Select(Read),
        Metric.DataOneofCase.Histogram => metric.Histogram.DataPoints.Select(Read),
        _ => [],
    };

    static (IEnumerable<KeyValue> Attributes, double Value) Read(NumberDataPoint point) =>
        (point.Attributes, point.ValueCase == NumberDataPoint.ValueOneofCase.AsInt ? point.AsInt : point.AsDouble);

    static (IEnumerable<KeyValue> Attributes, double Value) Read(HistogramDataPoint point) => (point.Attributes, point.Count);

    static Dictionary<string, string> Read(IEnumerable<KeyValue> attributes) =>
        attributes.ToDictionary(attribute => attribute.Key, attribute => attribute.Value.ValueCase switch
        {
            AnyValue.ValueOneofCase.StringValue => attribute.Value.StringValue,
            AnyValue.ValueOneofCase.BoolValue => attribute.Value.BoolValue.ToString(),
            AnyValue.ValueOneofCase.IntValue => attribute.Value.IntValue.ToString(CultureInfo.InvariantCulture),
            AnyValue.ValueOneofCase.DoubleValue => attribute.Value.DoubleValue.ToString(CultureInfo.InvariantCulture),
            _ => "",
        });

    static string ServiceOf(Resource resource) =>
        resource.Attributes.Single(attribute => attribute.Key == "service.name").Value.StringValue;

    static string Hex(Google.Protobuf.ByteString id) => Convert.ToHexStringLower(id.Span);
}
