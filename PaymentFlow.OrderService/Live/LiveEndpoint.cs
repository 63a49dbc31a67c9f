using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using PaymentFlow.Contracts;
using PaymentFlow.Messaging.Push;
using PaymentFlow.ServiceDefaults;

namespace PaymentFlow.OrderService.Live;

/// <summary>
/// Two calls that send the order's state at once and after every change: <c>GET /orders/{id}/live</c>, a WebSocket (RFC 6455), and
/// <c>GET /orders/{id}/events</c>, server-sent events, for clients behind a proxy that breaks WebSockets.
/// </summary>
static class LiveEndpoint
{
    /// <summary>
    /// The subprotocol. A browser cannot set headers on a WebSocket, so it also offers the subprotocol <c>bearer.CLIENT_SECRET</c>.
    /// </summary>
    public const string Protocol = "paymentflow.v1";
    const string SocketPath = "/orders/{id:guid}/live";
    const string StreamPath = "/orders/{id:guid}/events";
    const string LastEventId = "Last-Event-ID";
    const string BearerPrefix = "bearer.";
    // The only version that there is. A 426 names it (RFC 6455, 4.4).
    const string WebSocketVersion = "13";

    /// <summary>Reads the sections <c>Sockets</c> and <c>EventStreams</c>.</summary>
    public static void AddLive(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<ConnectTurns>();
        builder.Services.AddSingleton<LiveAdmission>();
        builder.Services.AddSingleton(builder.ReadConnectionLimits("Sockets", "socket"));
        builder.Services.AddSingleton(builder.ReadSettings<EventStreamOptions>("EventStreams"));
    }

    /// <summary>Pings keep proxies from closing an idle connection. A client that does not answer a ping is disconnected.</summary>
    public static void UseLive(this WebApplication app) => app.UseWebSockets(new WebSocketOptions
    {
        KeepAliveInterval = TimeSpan.FromSeconds(30),
        KeepAliveTimeout = TimeSpan.FromSeconds(15),
    });

    public static void MapLive(this IEndpointRouteBuilder app)
    {
        // Without rate limit: an open connection must not count as a request in progress.
        app.MapGet(SocketPath, OpenSocketAsync).WithTags("Orders").DisableRateLimiting()
            .AcceptsCredentials(ApiCredentials.ClientSecret, Roles.Viewer, Roles.Service)
            .WithSummary("WebSocket: the order's state, now and after every change")
            .WithDescription("""
                Send the token as bearer header or as subprotocols `paymentflow.v1, bearer.CLIENT_SECRET`. Frames:
                `{ "type": "order.updated", "orderId", "status", "version", "message", "at" }`. The first frame comes at once. Versions
                only increase. The server closes with 1001 when it stops, and with 1009 after a large frame from the client.
                429 `too_many_connections`: the order, or your address, has too many open sockets and event streams.
                """)
            .Produces(StatusCodes.Status101SwitchingProtocols)
            .ProducesProblems(401, 403, 404, 426, 429, 503);
        // A WebSocket over HTTP/2 is opened by an extended CONNECT (RFC 8441). OpenAPI has no such method.
        app.MapMethods(SocketPath, [HttpMethods.Connect], OpenSocketAsync).DisableRateLimiting().ExcludeFromDescription();
        app.MapGet(StreamPath, OpenStreamAsync).WithTags("Orders").DisableRateLimiting()
            .AcceptsCredentials(ApiCredentials.ClientSecret, Roles.Viewer, Roles.Service)
            .WithSummary("Server-sent events: the order's state, now and after every change")
            .WithDescription("""
                For clients that cannot use the WebSocket. Each event has the version as `id` and the WebSocket's frame as `data`. The
                present state comes first, unless `Last-Event-ID` is its version. Versions only increase. A comment comes every 15
                seconds. The stream ends when the service stops, and after some minutes; connect again with `Last-Event-ID`.
                429 `too_many_connections`: the order, or your address, has too many open sockets and event streams.
                """)
            .Produces<string>(StatusCodes.Status200OK, LiveEventStream.MediaType)
            .ProducesProblems(401, 404, 429, 503);
    }

    static Task OpenSocketAsync(Guid id, HttpContext context, LiveAdmission admission, AllowedOrigins origins, PushReceiptWriter journal,
        TimeProvider time)
    {
        LiveSocket live = new(CultureInfo.CurrentUICulture, journal, time);
        return admission.AdmitAsync(context, id, TokenOf(context), live, () => RefusalOf(context, origins), async stopping =>
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync(
                context.WebSockets.WebSocketRequestedProtocols.Contains(Protocol) ? Protocol : null);
            await live.RunAsync(socket, stopping);
        });
    }

    static Task OpenStreamAsync(Guid id, [FromHeader(Name = LastEventId)] string? lastEventId, HttpContext context, LiveAdmission admission,
        EventStreamOptions options, PushReceiptWriter journal, TimeProvider time)
    {
        LiveEventStream live = new(options, CultureInfo.CurrentUICulture, journal, time);
        return admission.AdmitAsync(
            context, id, BearerToken.Of(context.Request), live, () => null,
            stopping => live.RunAsync(context, VersionOf(lastEventId), stopping));
    }

    static ProblemHttpResult? RefusalOf(HttpContext context, AllowedOrigins origins)
    {
        if (!origins.Allows(context.Request))
            return ApiProblem.Create(ProblemCodes.OriginNotAllowed, StatusCodes.Status403Forbidden, "Origin not allowed",
                "Pages of this origin may not open this WebSocket. See setting Clients:AllowedOrigins.");
        if (context.WebSockets.IsWebSocketRequest) return null;
        context.Response.Headers.Upgrade = "websocket";
        context.Response.Headers.SecWebSocketVersion = WebSocketVersion;
        return ApiProblem.Create(
            ProblemCodes.UpgradeRequired, StatusCodes.Status426UpgradeRequired, "Upgrade required", "This address serves only WebSockets.");
    }

    static string? TokenOf(HttpContext context) =>
        BearerToken.Of(context.Request)
        ?? context.WebSockets.WebSocketRequestedProtocols
            .FirstOrDefault(protocol => protocol.StartsWith(BearerPrefix, StringComparison.Ordinal))?[BearerPrefix.Length..];

    /// <summary>0, which is no version, for a value that is none of ours.</summary>
    static long VersionOf(string? eventId) =>
        long.TryParse(eventId, NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : 0;
}
