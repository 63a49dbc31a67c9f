using System.Diagnostics;
using System.Globalization;
using Google.Protobuf;
using Grpc.Core;
using PaymentFlow.AppHost.Embedded.Dashboard.Traces.Otlp;
using StatusCode = PaymentFlow.AppHost.Embedded.Dashboard.Traces.Otlp.StatusCode;

namespace PaymentFlow.AppHost.Embedded.Dashboard.Traces;

/// <summary>Takes spans by OTLP/gRPC (https://opentelemetry.io/docs/specs/otlp/#otlpgrpc) and keeps the last traces.</summary>
sealed class OtlpTraces(TraceStore store) : TraceService.TraceServiceBase
{
    const int NanosecondsPerTick = 100;

    public override Task<ExportTraceServiceResponse> Export(ExportTraceServiceRequest request, ServerCallContext context)
    {
        store.Add(
            from resource in request.ResourceSpans
            let service = resource.Resource.Attributes.FirstOrDefault(attribute => attribute.Key == "service.name")?.Value.StringValue ?? "?"
            from scope in resource.ScopeSpans
            from span in scope.Spans
            select Read(service, scope.Scope.Name, span));
        return Task.FromResult(new ExportTraceServiceResponse());
    }

    static Span Read(string service, string scope, OtlpSpan span) => new(
        Hex(span.TraceId), Hex(span.SpanId), span.ParentSpanId.IsEmpty ? null : Hex(span.ParentSpanId), service, scope, span.Name,
        span.Kind is SpanKind.Unspecified ? ActivityKind.Internal : (ActivityKind)((int)span.Kind - 1),
        Time(span.StartTimeUnixNano), Time(span.EndTimeUnixNano),
        span.Status is { Code: StatusCode.Error } status ? status.Message is { Length: > 0 } message ? message : "failed" : null,
        [.. span.Attributes.Select(attribute => KeyValuePair.Create(attribute.Key, Text(attribute.Value)))]);

    static DateTimeOffset Time(ulong nanoseconds) => DateTimeOffset.UnixEpoch.AddTicks((long)(nanoseconds / NanosecondsPerTick));

    static string Hex(ByteString id) => Convert.ToHexStringLower(id.Span);

    static string Text(AnyValue value) => value.ValueCase switch
    {
        AnyValue.ValueOneofCase.StringValue => value.StringValue,
        AnyValue.ValueOneofCase.BoolValue => value.BoolValue ? "true" : "false",
        AnyValue.ValueOneofCase.IntValue => value.IntValue.ToString(CultureInfo.InvariantCulture),
        AnyValue.ValueOneofCase.DoubleValue => value.DoubleValue.ToString(CultureInfo.InvariantCulture),
        AnyValue.ValueOneofCase.ArrayValue => string.Join(", ", value.ArrayValue.Values.Select(Text)),
        _ => "",
    };
}

/// <summary>Taken and not kept.</summary>
sealed class OtlpMetrics : MetricsService.MetricsServiceBase
{
    public override Task<ExportMetricsServiceResponse> Export(ExportMetricsServiceRequest request, ServerCallContext context) =>
        Task.FromResult(new ExportMetricsServiceResponse());
}

/// <summary>Taken and not kept.</summary>
sealed class OtlpLogs : LogsService.LogsServiceBase
{
    public override Task<ExportLogsServiceResponse> Export(ExportLogsServiceRequest request, ServerCallContext context) =>
        Task.FromResult(new ExportLogsServiceResponse());
}
