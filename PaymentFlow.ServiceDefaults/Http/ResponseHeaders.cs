using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Net.Http.Headers;

namespace PaymentFlow.ServiceDefaults.Http;

/// <summary>
/// Headers of every answer of every service. They are set when the answer starts, because error handlers clear earlier ones.
/// </summary>
static class ResponseHeaders
{
    const string NoStore = "no-store";

    // 30 days, as the framework's own middleware, which errors would lose.
    const string Hsts = "max-age=2592000";

    public static void AddResponseHeaders(this IHostApplicationBuilder builder) =>
        builder.Services.AddSingleton<IStartupFilter>(new Filter(withHsts: !builder.Environment.IsDevelopment()));

    sealed class Filter(bool withHsts) : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use((context, proceed) =>
            {
                context.Response.OnStarting(withHsts ? SetAll : Set, context);
                return proceed(context);
            });
            next(app);
        };

        static Task SetAll(object state)
        {
            var context = (HttpContext)state;
            // A browser ignores the header over plain HTTP. Behind a known proxy the scheme is the one that the proxy was asked by.
            if (context.Request.IsHttps && !IsLoopback(context.Request.Host.Host)) context.Response.Headers.StrictTransportSecurity = Hsts;
            return Set(state);
        }

        static Task Set(object state)
        {
            var response = ((HttpContext)state).Response;
            response.Headers.XContentTypeOptions = "nosniff";
            // Nearly all answers are private. An endpoint whose answer may be stored says so itself, but not for an error.
            if (response.StatusCode >= StatusCodes.Status400BadRequest || !response.Headers.ContainsKey(HeaderNames.CacheControl))
                response.Headers.CacheControl = NoStore;
            return Task.CompletedTask;
        }

        static bool IsLoopback(string host) =>
            host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
    }
}
