using System.Globalization;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http.HttpResults;
using PaymentFlow.Messaging.Push;
using PaymentFlow.OrderService.Orders;
using PaymentFlow.ServiceDefaults;

namespace PaymentFlow.OrderService.Live;

/// <summary><c>GET /orders/{id}/live</c>: a WebSocket (RFC 6455) that says at once how the order is, and then whenever that changes.</summary>
static class LiveEndpoint
{
    /// <summary>The subprotocol; beside it a browser, which cannot set headers, offers <c>bearer.CLIENT_SECRET</c>.</summary>
    public const string Protocol = "paymentflow.v1";
    const string BearerPrefix = "bearer.";

    // After a replica died, thousands of sockets come back at once, each with a question to the database: they take turns, so that
    // it has answers left for everybody else.
    static readonly ConcurrencyLimiter Doors = new(new() { PermitLimit = 32, QueueLimit = 20_000 });

    /// <summary>Pings keep proxies from closing an idle connection, and a peer that does not answer is dropped.</summary>
    public static void UseLive(this WebApplication app) => app.UseWebSockets(new WebSocketOptions
    {
        KeepAliveInterval = TimeSpan.FromSeconds(30),
        KeepAliveTimeout = TimeSpan.FromSeconds(15),
    });

    public static void MapLive(this IEndpointRouteBuilder app) =>
        // A socket is open for as long as its page: not one of the requests that must be over for others to begin.
        app.MapGet("/orders/{id:guid}/live", HandleAsync).WithTags("Orders").DisableRateLimiting()
            .WithSummary("WebSocket: the order's state, now and at every change")
            .WithDescription("""
                Token as the bearer header or as the subprotocols `paymentflow.v1, bearer.CLIENT_SECRET`. Frames:
                `{ "type": "order.updated", "orderId", "status", "version", "message", "at" }`; the first comes at once, versions only
                go up. Closes with 1001 when the service stops, with 1009 after a large frame from the client.
                """)
            .Produces(StatusCodes.Status101SwitchingProtocols)
            .ProducesProblem(401).ProducesProblem(403).ProducesProblem(404).ProducesProblem(426).ProducesProblem(503);

    static async Task HandleAsync(Guid id, HttpContext context, OrderAccess access, AllowedOrigins origins, OrderUpdates updates,
        PushJournal journal, TimeProvider time, IHostApplicationLifetime lifetime)
    {
        LiveSocket live = new(CultureInfo.CurrentUICulture, journal, time);
        // Subscribe first, read then: what happens in between arrives twice and is dropped once, instead of being missed.
        using var subscription = updates.Subscribe(id, live.Offer, () => live.Newest);
        var (order, refusal) = await FindAsync(id, context, access);
        if (refusal is null && !origins.Allows(context.Request))
            refusal = ApiProblem.Create("origin_not_allowed", StatusCodes.Status403Forbidden, "Origin not allowed",
                "Pages of this origin may not open this WebSocket: see Clients:AllowedOrigins.");
        if (refusal is null && !context.WebSockets.IsWebSocketRequest)
        {
            context.Response.Headers.Upgrade = "websocket";
            refusal = ApiProblem.Create("upgrade_required", StatusCodes.Status426UpgradeRequired, "Upgrade required", "This is a WebSocket.");
        }

        if (refusal is null && lifetime.ApplicationStopping.IsCancellationRequested)
        {
            // Another replica, or this one's successor, has it in a moment.
            context.Response.Headers.RetryAfter = "1";
            refusal = ApiProblem.Create("unavailable", StatusCodes.Status503ServiceUnavailable, "Temporarily unavailable", "This instance is stopping.");
        }

        if (refusal is not null)
        {
            await refusal.ExecuteAsync(context);
            return;
        }

        live.Offer(order!.ToEvent());
        using var socket = await context.WebSockets.AcceptWebSocketAsync(
            context.WebSockets.WebSocketRequestedProtocols.Contains(Protocol) ? Protocol : null);
        await live.RunAsync(socket, lifetime.ApplicationStopping);
    }

    static async Task<(Order? Order, ProblemHttpResult? Refusal)> FindAsync(Guid id, HttpContext context, OrderAccess access)
    {
        using var turn = await Doors.AcquireAsync(1, context.RequestAborted);
        if (turn.IsAcquired) return await access.FindAsync(context, id, TokenOf(context), context.RequestAborted);
        context.Response.Headers.RetryAfter = "5";
        return (null, ApiProblem.Create("unavailable", StatusCodes.Status503ServiceUnavailable, "Temporarily unavailable", "Too many connect at once."));
    }

    static string? TokenOf(HttpContext context) =>
        BearerToken.Of(context.Request)
        ?? context.WebSockets.WebSocketRequestedProtocols
            .FirstOrDefault(protocol => protocol.StartsWith(BearerPrefix, StringComparison.Ordinal))?[BearerPrefix.Length..];
}
