using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace PaymentFlow.ServiceDefaults;

/// <summary>The defaults of PaymentFlow's HTTP APIs: problem details, strict JSON, keys, CORS, rate limits.</summary>
/// <example><code>
/// builder.AddServiceDefaults();
/// builder.AddApiDefaults();
/// builder.AddRateLimit("orders", permits: 60, window: TimeSpan.FromMinutes(1));
/// …
/// app.UseApiDefaults();
/// app.MapDefaultEndpoints();
/// app.MapPost("/orders", …).RequireRateLimiting("orders");
/// app.MapPost("/orders/versions", …).RequireAuthorization(Roles.Service);
/// </code></example>
public static class ApiDefaults
{
    /// <summary>The largest request body: 64 KiB. A larger body gets 413 <c>payload_too_large</c>.</summary>
    public const int MaxRequestBodyBytes = 64 * 1024;

    /// <summary>
    /// Every error is a problem with a <c>code</c>: 400 <c>malformed_request</c>, 404 <c>not_found</c>, 413, 415,
    /// 422 <c>unknown_field</c> for an unknown JSON member, 500 <c>internal_error</c> without details, and
    /// 503 <c>unavailable</c> with <c>Retry-After</c> when too many requests are in progress.
    /// </summary>
    public static TBuilder AddApiDefaults<TBuilder>(this TBuilder builder) where TBuilder : IHostApplicationBuilder
    {
        builder.Services.AddProblemDetails();
        builder.Services.AddExceptionHandler<ApiExceptionHandler>();
        builder.Services.AddOptions<ExceptionHandlerOptions>().Configure<IOptions<ApiErrorOptions>>((options, errors) =>
            options.SuppressDiagnosticsCallback = context => ApiExceptionHandler.IsNoErrorOfOurs(context.Exception, errors.Value));
        // In every environment: a bad body throws, and the handler answers with a problem instead of an empty 400.
        builder.Services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        builder.Services.Configure<KestrelServerOptions>(options =>
        {
            options.Limits.MaxRequestBodySize = MaxRequestBodyBytes;
            options.AddServerHeader = false;
        });
        builder.Services.Configure<JsonOptions>(options =>
        {
            options.SerializerOptions.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
            options.SerializerOptions.AllowDuplicateProperties = false;
            options.SerializerOptions.RespectNullableAnnotations = true;
            options.SerializerOptions.RespectRequiredConstructorParameters = true;
            options.SerializerOptions.NumberHandling = JsonNumberHandling.Strict;
        });
        builder.AddApiKeys();
        builder.AddAllowedOrigins();
        builder.Services.AddRateLimiter(options => RateLimits.Configure(options, builder.Configuration));
        return builder;
    }

    /// <summary>Adds the middleware of <see cref="AddApiDefaults"/> in the required order. Call it before the first <c>Map…</c>.</summary>
    public static WebApplication UseApiDefaults(this WebApplication app)
    {
        app.UseHeadAsGet();
        app.UseChallenge();
        app.UseForwardedHeaders();
        app.UseExceptionHandler();
        app.UseStatusCodePages(context => ApiProblem.ForStatus(context.HttpContext.Response.StatusCode).ExecuteAsync(context.HttpContext));
        app.UseRouting();
        // Before everything that can refuse a request: without CORS headers, a page cannot read the refusal.
        app.UseCors();
        app.UseBodyLimit();
        app.UseAuthentication();
        app.UseRateLimiter();
        app.UseAuthorization();
        app.UseRequestFormat();
        return app;
    }
}
