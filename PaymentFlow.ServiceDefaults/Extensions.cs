using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using PaymentFlow.ServiceDefaults;

namespace Microsoft.Extensions.Hosting;

/// <summary>What every service of PaymentFlow shares as a host. An API adds <c>AddApiDefaults</c> on top.</summary>
public static class ServiceDefaultsExtensions
{
    /// <summary>The name of our own ActivitySource and Meter, in every service.</summary>
    public const string TelemetryName = "PaymentFlow";

    // As Aspire's Confluent.Kafka integration names both.
    const string KafkaTelemetryName = "OpenTelemetry.Instrumentation.ConfluentKafka";
    const string LiveTag = "live";

    /// <summary>
    /// Telemetry, health checks, service discovery, resilient HTTP clients, <see cref="TimeProvider"/>.
    /// </summary>
    /// <remarks>
    /// Secrets stay out of telemetry: the instrumentations record no request headers (so neither <c>Authorization</c>,
    /// <c>Sec-WebSocket-Protocol</c> nor cookies), they redact query values, and Npgsql records no parameter values.
    /// </remarks>
    public static TBuilder AddServiceDefaults<TBuilder>(this TBuilder builder) where TBuilder : IHostApplicationBuilder
    {
        builder.Services.TryAddSingleton(TimeProvider.System);
        AddTelemetry(builder);
        builder.Services.AddHealthChecks().AddCheck("self", () => HealthCheckResult.Healthy(), [LiveTag]);
        builder.AddDraining();
        builder.AddKnownProxies();
        builder.Services.AddServiceDiscovery();
        builder.Services.ConfigureHttpClientDefaults(http =>
        {
            http.AddResilientServiceDiscovery();
            // One pool for the life of the process; connections are renewed, so that a moved address is noticed.
            http.UseSocketsHttpHandler((handler, _) =>
            {
                handler.PooledConnectionLifetime = TimeSpan.FromMinutes(2);
                handler.ConnectTimeout = TimeSpan.FromSeconds(3);
            });
            http.SetHandlerLifetime(Timeout.InfiniteTimeSpan);
        });
        return builder;
    }

    /// <summary>
    /// <c>/health</c>: ready to serve (every check; Degraded answers 200, as the service still serves).
    /// Its body names the checks that are not well, without their errors. <c>/alive</c>: the process runs and answers.
    /// </summary>
    public static WebApplication MapDefaultEndpoints(this WebApplication app)
    {
        app.MapHealthChecks("/health", new HealthCheckOptions { ResponseWriter = HealthAnswer.WriteAsync })
            .AllowAnonymous().DisableHttpMetrics().DisableRateLimiting();
        app.MapHealthChecks("/alive", new HealthCheckOptions { Predicate = check => check.Tags.Contains(LiveTag) })
            .AllowAnonymous().DisableHttpMetrics().DisableRateLimiting();
        return app;
    }

    static void AddTelemetry(IHostApplicationBuilder builder)
    {
        builder.Logging.AddOpenTelemetry(logging =>
        {
            logging.IncludeFormattedMessage = true;
            logging.IncludeScopes = true;
        });

        var telemetry = builder.Services.AddOpenTelemetry()
            .WithMetrics(metrics => metrics
                .AddMeter(TelemetryName, "Npgsql", KafkaTelemetryName)
                .AddAspNetCoreInstrumentation()
                .AddHttpClientInstrumentation()
                .AddRuntimeInstrumentation())
            .WithTracing(tracing => tracing
                .AddSource(TelemetryName, "Npgsql", KafkaTelemetryName, builder.Environment.ApplicationName)
                .AddAspNetCoreInstrumentation(options => options.Filter = IsNoProbe)
                .AddHttpClientInstrumentation());

        if (!string.IsNullOrWhiteSpace(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"])) telemetry.UseOtlpExporter();
    }

    static bool IsNoProbe(HttpContext context) =>
        !context.Request.Path.StartsWithSegments("/health") && !context.Request.Path.StartsWithSegments("/alive");
}
