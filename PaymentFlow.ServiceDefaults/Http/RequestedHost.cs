using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.HostFiltering;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Primitives;

namespace PaymentFlow.ServiceDefaults.Http;

/// <summary>
/// Checks the host that a request names, before anything builds an address from it. Kestrel accepts any characters that a URL may have,
/// such as <c>(a)</c>, and any host.
/// </summary>
static class RequestedHost
{
    public static void AddRequestedHost(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<IStartupFilter, Filter>();
        // The framework's filter would also refuse probes, which name the container's address.
        builder.Services.PostConfigure<HostFilteringOptions>(options => options.AllowedHosts = ["*"]);
    }

    /// <summary>Whether the host is a name or an address, and the port is one.</summary>
    internal static bool IsWellFormed(HostString host) =>
        host.HasValue && Uri.CheckHostName(host.Host.Trim('[', ']')) != UriHostNameType.Unknown
        && Uri.TryCreate($"http://{host.Value}/", UriKind.Absolute, out _);

    /// <summary>400 for a malformed host, or for one that is not in <c>AllowedHosts</c> (<c>shop.example;*.shop.example</c>).</summary>
    sealed class Filter(IConfiguration configuration) : IStartupFilter
    {
        readonly IList<StringSegment> _allowed =
        [
            .. (configuration["AllowedHosts"] is { Length: > 0 } hosts ? hosts : "*")
                .Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
        ];

        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use((context, proceed) => IsProbe(context.Request.Path) || IsAllowed(context.Request.Host)
                ? proceed(context)
                : ApiProblem.Malformed("The Host header does not name a host of this service.").ExecuteAsync(context));
            next(app);
        };

        static bool IsProbe(PathString path) => path.StartsWithSegments("/health") || path.StartsWithSegments("/alive");

        bool IsAllowed(HostString host) => IsWellFormed(host) && (_allowed.Contains("*") || HostString.MatchesAny(host.Host, _allowed));
    }
}
