using System.Security.Cryptography;
using System.Text;
using Grpc.Core;
using Grpc.Core.Interceptors;
using PaymentFlow.AppHost.Embedded.Running;

namespace PaymentFlow.AppHost.Embedded.Dashboard.Traces;

/// <summary>Where this run's services send their telemetry, and the key by which they are known there.</summary>
sealed class OtlpEndpoint
{
    const string KeyHeader = "x-otlp-api-key";

    readonly string _key = RandomNumberGenerator.GetHexString(32, lowercase: true);

    public int Port { get; } = Ports.Free();

    /// <summary>What OpenTelemetry's exporters read. Somebody's own collector, named to the host, goes before ours: then this is empty.</summary>
    public IReadOnlyDictionary<string, string> Settings =>
        Environment.GetEnvironmentVariable("OTEL_EXPORTER_OTLP_ENDPOINT") is { Length: > 0 }
            ? new Dictionary<string, string>()
            : new Dictionary<string, string>
            {
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = $"http://127.0.0.1:{Port}",
                ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "grpc",
                ["OTEL_EXPORTER_OTLP_HEADERS"] = $"{KeyHeader}={_key}",
                // Whoever has just paid wants to see the trace.
                ["OTEL_BSP_SCHEDULE_DELAY"] = "500",
            };

    /// <summary>Nobody else's spans are let in: any process of the machine could reach the port.</summary>
    public sealed class KeyCheck(OtlpEndpoint endpoint) : Interceptor
    {
        public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
            TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
        {
            var given = Encoding.UTF8.GetBytes(context.RequestHeaders.GetValue(KeyHeader) ?? "");
            return CryptographicOperations.FixedTimeEquals(given, Encoding.UTF8.GetBytes(endpoint._key))
                ? continuation(request, context)
                : throw new RpcException(new Status(StatusCode.Unauthenticated, $"The header {KeyHeader} is missing or wrong."));
        }
    }
}
