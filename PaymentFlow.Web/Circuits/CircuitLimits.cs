using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.Http.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.SignalR;
using PaymentFlow.Contracts;
using PaymentFlow.ServiceDefaults;

namespace PaymentFlow.Web.Circuits;

/// <summary>
/// Limits open circuits in total and per client address, and live pages per order (section <c>Circuits</c>), and refuses connections from
/// pages of other sites. A circuit needs much more memory than a request.
/// </summary>
static class CircuitLimits
{
    /// <summary>The key of the <see cref="ConnectionLimits"/> that count the live pages of each order.</summary>
    public const string Pages = "pages";

    static readonly PathString Hub = "/_blazor";
    static readonly PathString Negotiation = "/_blazor/negotiate";

    public static void AddCircuitLimits(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<AllowedOrigins>();
        builder.Services.AddSingleton(builder.ReadConnectionLimits("Circuits", "circuit"));
        var pages = builder.ReadConnectionLimits("Circuits", "page");
        builder.Services.AddKeyedSingleton(Pages, (services, _) => pages(services));
        builder.Services.AddSingleton<LongPollingLimit>();
    }

    /// <summary>Counts the circuits whose browser cannot open a WebSocket.</summary>
    public static void LimitLongPolling(this IServerSideBlazorBuilder blazor) =>
        blazor.AddHubOptions(options => options.AddFilter<LongPollingLimit>());

    /// <summary>
    /// Answers 403 <c>origin_not_allowed</c>, 429 <c>too_many_connections</c> or 503 <c>unavailable</c> before a connection is opened.
    /// Call it before the error pages: these answers are for programs.
    /// </summary>
    public static void UseCircuitLimits(this WebApplication app)
    {
        var (limits, origins) = (app.Services.GetRequiredService<ConnectionLimits>(), app.Services.GetRequiredService<AllowedOrigins>());
        app.Use((context, next) => IsWebSocket(context) || context.Request.Path.StartsWithSegments(Hub)
            ? ConnectAsync(context, next, limits, origins)
            : next(context));
    }

    static async Task ConnectAsync(HttpContext context, RequestDelegate next, ConnectionLimits limits, AllowedOrigins origins)
    {
        if (!origins.AllowsOwn(context.Request))
        {
            await ApiProblem.Create(ProblemCodes.OriginNotAllowed, StatusCodes.Status403Forbidden, "Origin not allowed",
                "Only pages of this site may open this connection.").ExecuteAsync(context);
            return;
        }
        IDisposable? connection = null;
        // A WebSocket counts as long as it is open. A negotiation only looks whether there is room for one.
        if ((IsWebSocket(context) || context.Request.Path == Negotiation)
            && limits.TryOpen(ClientAddress.Of(context.Connection.RemoteIpAddress), order: null, out connection) is { } reached)
        {
            await ConnectionLimits.Refusal(context, reached).ExecuteAsync(context);
            return;
        }
        using (connection) await next(context);
    }

    /// <summary>Over HTTP/1.1 an upgrade, over HTTP/2 an extended CONNECT (RFC 8441).</summary>
    static bool IsWebSocket(HttpContext context) =>
        context.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true }
        || context.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true };

    /// <summary>Without a WebSocket, a circuit is kept open by one request after another. It is counted between them, too.</summary>
    sealed class LongPollingLimit(ConnectionLimits limits) : IHubFilter
    {
        public Task OnConnectedAsync(HubLifetimeContext context, Func<HubLifetimeContext, Task> next)
        {
            if (context.Context.Features.Get<IHttpTransportFeature>()?.TransportType != HttpTransportType.WebSockets)
            {
                var client = ClientAddress.Of(context.Context.GetHttpContext()?.Connection.RemoteIpAddress);
                if (limits.TryOpen(client, order: null, out var connection) is not null)
                    throw new HubException("There are too many connections.");
                context.Context.Items[this] = connection;
            }
            return next(context);
        }

        public async Task OnDisconnectedAsync(
            HubLifetimeContext context, Exception? exception, Func<HubLifetimeContext, Exception?, Task> next)
        {
            try
            {
                await next(context, exception);
            }
            finally
            {
                if (context.Context.Items.TryGetValue(this, out var connection)) (connection as IDisposable)?.Dispose();
            }
        }
    }
}
