using Microsoft.AspNetCore.Http.HttpResults;
using PaymentFlow.Contracts;
using PaymentFlow.Messaging.Push;
using PaymentFlow.OrderService.Orders;
using PaymentFlow.ServiceDefaults;

namespace PaymentFlow.OrderService.Live;

/// <summary>Lets clients follow an order: checks their access and the limits, which WebSockets and event streams share.</summary>
sealed class LiveAdmission(
    OrderAccess access, ConnectionLimits limits, OrderUpdateHub updates, ConnectTurns turns, IHostApplicationLifetime lifetime)
{
    /// <summary>Feeds <paramref name="live"/> with the order's states while it runs, or answers with the reason of a refusal.</summary>
    /// <param name="token">The token that the client sent; null if it sent none.</param>
    /// <param name="refuse">Another reason to refuse a client that has access to the order.</param>
    /// <param name="run">Sends the states until the connection ends or the service stops.</param>
    public async Task AdmitAsync(
        HttpContext context, Guid id, string? token, LiveConnection live, Func<ProblemHttpResult?> refuse,
        Func<CancellationToken, Task> run)
    {
        // Subscribe before reading the order, so that no change in between is missed. LiveConnection drops duplicates.
        using var subscription = updates.Subscribe(id, live.Offer, () => live.Newest);
        var (order, refusal) = await FindAsync(id, token, context);
        refusal ??= refuse();
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
        await run(lifetime.ApplicationStopping);
    }

    async Task<(Order? Order, ProblemHttpResult? Refusal)> FindAsync(Guid id, string? token, HttpContext context)
    {
        using var turn = await turns.WaitAsync(context.RequestAborted);
        if (turn is not null) return await access.FindAsync(context, id, token, context.RequestAborted);
        context.Response.Headers.RetryAfter = "5";
        return (null, ApiProblem.Create(
            ProblemCodes.Unavailable, StatusCodes.Status503ServiceUnavailable, "Temporarily unavailable",
            "Too many clients connect at once."));
    }

    /// <summary>Our own services and operators are not limited per address. They open connections for many customers.</summary>
    static string? ClientOf(HttpContext context) => context.User.IsInRole(Roles.Service) || context.User.IsInRole(Roles.Operator)
        ? null
        : ClientAddress.Of(context.Connection.RemoteIpAddress);
}
