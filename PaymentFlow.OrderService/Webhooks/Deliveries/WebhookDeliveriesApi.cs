using Microsoft.AspNetCore.Http.HttpResults;
using PaymentFlow.Contracts;
using PaymentFlow.Persistence.Audit;
using PaymentFlow.ServiceDefaults;

namespace PaymentFlow.OrderService.Webhooks.Deliveries;

/// <summary>For merchants and operators: what was sent to which endpoint, and sending it again.</summary>
static class WebhookDeliveriesApi
{
    const int MaxDeliveries = 200;

    public static void MapWebhookDeliveries(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/webhook-deliveries").WithTags("Webhooks");
        group.MapGet("/", ListAsync).RequireAuthorization(policy => policy.RequireRole(Roles.Merchant, Roles.Viewer))
            .WithSummary("Deliveries of the last 30 days with their last try, newest first")
            .WithDescription($"""
                `endpoint`, `event`, `order` and `state` (`pending`, `delivered`, `failed`) are filters. `limit` is 1 to {MaxDeliveries}, 50
                by default. `after` is `next` of the previous page. 400 `malformed_request`; 401 `unauthorized`; 422 `invalid_limit`,
                `invalid_filter`.
                """)
            .ProducesProblems(400, 401, 422, 503);
        group.MapPost("/{id:guid}/redeliver", RedeliverAsync)
            .RequireAuthorization(policy => policy.RequireRole(Roles.Merchant, Roles.Operator))
            .WithSummary("Send a delivery again, now")
            .WithDescription("""
                The event is sent with the same `webhook-id`, whatever the delivery's state is, and retried like a new one. 401
                `unauthorized`; 403 `viewer_cannot_act`; 404 `not_found`; 409 `endpoint_disabled`, `endpoint_deleted`.
                """)
            .ProducesProblems(401, 403, 404, 409, 503);
    }

    static async Task<Results<Ok<WebhookDeliveryPage>, ProblemHttpResult>> ListAsync(
        WebhookDeliveryStore store, CancellationToken cancellationToken, Guid? endpoint = null, Guid? @event = null, Guid? order = null,
        string? state = null, Guid? after = null, int limit = 50)
    {
        if (limit is < 1 or > MaxDeliveries)
            return ApiProblem.Unprocessable(ProblemCodes.InvalidLimit, $"'limit' must be a whole number from 1 to {MaxDeliveries}.");
        if (state is not null && !DeliveryStates.All.Contains(state))
        {
            return ApiProblem.Unprocessable(
                ProblemCodes.InvalidFilter, $"'state' must be one of {string.Join(", ", DeliveryStates.All)}.");
        }
        // Read one more to see whether there is a next page.
        var deliveries = await store.ListAsync(endpoint, @event, order, state, after, limit + 1, cancellationToken);
        List<WebhookDeliveryResponse> page = [.. deliveries.Take(limit).Select(WebhookDeliveryResponse.From)];
        return TypedResults.Ok(new WebhookDeliveryPage(page, deliveries.Count > limit ? page[^1].Id : null));
    }

    static async Task<Results<Accepted<WebhookDeliveryResponse>, ProblemHttpResult>> RedeliverAsync(
        Guid id, HttpContext context, WebhookDeliveryStore store, WebhookWorker worker, OperatorActionStore actions,
        CancellationToken cancellationToken)
    {
        if (await store.FindAsync(id, cancellationToken) is null) return Unknown();
        if (!context.User.IsInRole(Roles.Merchant))
        {
            await actions.RecordAsync(
                new OperatorAction(OperatorIdentity.Of(context), "webhook.redeliver", id.ToString()), cancellationToken);
        }
        switch (await store.RedeliverAsync(id, cancellationToken))
        {
            case null:
                worker.Wake();
                return await store.FindAsync(id, cancellationToken) is { } delivery
                    ? TypedResults.Accepted((string?)null, WebhookDeliveryResponse.From(delivery))
                    : Unknown();
            case RedeliveryRefusal.EndpointDisabled:
                return ApiProblem.Conflict(ProblemCodes.EndpointDisabled, "The endpoint is disabled. Enable it first.");
            case RedeliveryRefusal.EndpointDeleted:
                return ApiProblem.Conflict(ProblemCodes.EndpointDeleted, "The endpoint was deleted.");
            default:
                return Unknown();
        }
    }

    static ProblemHttpResult Unknown() => ApiProblem.NotFound("There is no such delivery.");
}
