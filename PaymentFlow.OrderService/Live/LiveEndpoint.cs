using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using PaymentFlow.Contracts;
using PaymentFlow.Messaging.Push;
using PaymentFlow.OrderService.Orders;
using PaymentFlow.ServiceDefaults;

namespace PaymentFlow.OrderService.Live;

/// <summary><c>GET /orders/{id}/live</c>: a WebSocket (RFC 6455) that sends the order's state at once and after every change.</summary>
static class LiveEndpoint
{
    /// <summary>
    /// The subprotocol. A browser cannot set headers on a WebSocket, so it also offers the subprotocol <c>bearer.CLIENT_SECRET</c>.
    /// </summary>
    public const string Protocol = "paymentflow.v1";
    const string Path = "/orders/{id:guid}/live";
    const string BearerPrefix = "bearer.";
    // The only version that there is. A 426 names it (RFC 6455, 4.4).
    const string WebSocketVersion = "13";

    /// <summary>Reads the section <c>Sockets</c>.</summary>
    public static void AddLive(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<ConnectTurns>();
        builder.Services.AddSingleton(builder.ReadConnectionLimits("Sockets", "socket"));
    }

    /// <summary>Pings keep proxies from closing an idle connection. A client that does not answer a ping is disconnected.</summary>
    public static void UseLive(this WebApplication app) => app.UseWebSockets(new WebSocketOptions
    {
        KeepAliveInterval = TimeSpan.FromSeconds(30),
        KeepAliveTimeout = TimeSpan.FromSeconds(15),
    });

    public static void MapLive(this IEndpointRouteBuilder app)
    {
        // Without rate limit: an open socket must not count as a request in progress.
        app.MapGet(Path, HandleAsync).WithTags("Orders").DisableRateLimiting()
            .AcceptsCredentials(ApiCredentials.ClientSecret, Roles.Operator, Roles.Service)
            .WithSummary("WebSocket: the order's state, now and after every change")
            .WithDescription("""
                Send the token as bearer header or as subprotocols `paymentflow.v1, bearer.CLIENT_SECRET`. Frames:
                `{ "type": "order.updated", "orderId", "status", "version", "message", "at" }`. The first frame comes at once. Versions
                only increase. The server closes with 1001 when it stops, and with 1009 after a large frame from the client.
                429 `too_many_connections`: the order, or your address, has too many open sockets.
                """)
            .Produces(StatusCodes.Status101SwitchingProtocols)
            .ProducesProblems(401, 403, 404, 426, 429, 503);
        // A WebSocket over HTTP/2 is opened by an extended CONNECT (RFC 8441). OpenAPI has no such method.
        app.MapMethods(Path, [HttpMethods.Connect], HandleAsync).DisableRateLimiting().ExcludeFromDescription();
    }

    static async Task HandleAsync(Guid id, HttpContext context, OrderAccess access, AllowedOrigins origins, ConnectionLimits limits,
        OrderUpdateHub updates, ConnectTurns turns, PushReceiptWriter journal, TimeProvider time, IHostApplicationLifetime lifetime)
    {
        LiveSocket live = new(CultureInfo.CurrentUICulture, journal, time);
        // Subscribe before reading the order, so that no change in between is missed. LiveSocket drops duplicates.
        using var subscription = updates.Subscribe(id, live.Offer, () => live.Newest);
        var (order, refusal) = await FindAsync(id, context, access, turns);
        if (refusal is null && !origins.Allows(context.Request))
            refusal = ApiProblem.Create(ProblemCodes.OriginNotAllowed, StatusCodes.Status403Forbidden, "Origin not allowed",
                "Pages of this origin may not open this WebSocket. See setting Clients:AllowedOrigins.");
        if (refusal is null && !context.WebSockets.IsWebSocketRequest)
        {
            context.Response.Headers.Upgrade = "websocket";
            context.Response.Headers.SecWebSocketVersion = WebSocketVersion;
            refusal = ApiProblem.Create(
                ProblemCodes.UpgradeRequired, StatusCodes.Status426UpgradeRequired, "Upgrade required",
                "This address serves only WebSockets.");
        }

        if (refusal is null && lifetime.ApplicationStopping.IsCancellationRequested)
        {
            // The client can connect to another replica or to the restarted one.
            context.Response.Headers.RetryAfter = "1";
            refusal = ApiProblem.Create(
                ProblemCodes.Unavailable, StatusCodes.Status503ServiceUnavailable, "Temporarily unavailable", "This instance is stopping.");
        }

        IDisposable? connection = null;
        if (refusal is null && limits.TryOpen(ClientOf(context), id, out connection) is { } reached)
            refusal = ConnectionLimits.Refusal(context, reached);
        if (refusal is not null)
        {
            await refusal.ExecuteAsync(context);
            return;
        }

        using var counted = connection;
        live.Offer(order!.ToEvent());
        using var socket = await context.WebSockets.AcceptWebSocketAsync(
            context.WebSockets.WebSocketRequestedProtocols.Contains(Protocol) ? Protocol : null);
        await live.RunAsync(socket, lifetime.ApplicationStopping);
    }

    static async Task<(Order? Order, ProblemHttpResult? Refusal)> FindAsync(
        Guid id, HttpContext context, OrderAccess access, ConnectTurns turns)
    {
        using var turn = await turns.WaitAsync(context.RequestAborted);
        if (turn is not null) return await access.FindAsync(context, id, TokenOf(context), context.RequestAborted);
        context.Response.Headers.RetryAfter = "5";
        return (null, ApiProblem.Create(
            ProblemCodes.Unavailable, StatusCodes.Status503ServiceUnavailable, "Temporarily unavailable",
            "Too many clients connect at once."));
    }

    /// <summary>Our own services and operators are not limited per address. They open sockets for many customers.</summary>
    static string? ClientOf(HttpContext context) => context.User.IsInRole(Roles.Service) || context.User.IsInRole(Roles.Operator)
        ? null
        : ClientAddress.Of(context.Connection.RemoteIpAddress);

    static string? TokenOf(HttpContext context) =>
        BearerToken.Of(context.Request)
        ?? context.WebSockets.WebSocketRequestedProtocols
            .FirstOrDefault(protocol => protocol.StartsWith(BearerPrefix, StringComparison.Ordinal))?[BearerPrefix.Length..];
}
