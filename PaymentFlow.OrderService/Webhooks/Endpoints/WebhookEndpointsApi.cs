using Microsoft.AspNetCore.Http.HttpResults;
using PaymentFlow.Contracts;
using PaymentFlow.OrderService.Webhooks.Deliveries;
using PaymentFlow.OrderService.Webhooks.Sending;
using PaymentFlow.ServiceDefaults;

namespace PaymentFlow.OrderService.Webhooks.Endpoints;

/// <summary>For merchants: the addresses that events are sent to. Operators and viewers may read them.</summary>
static class WebhookEndpointsApi
{
    const string Rules = "`invalid_webhook_url`, `invalid_event_types`, `invalid_description`";

    public static void MapWebhookEndpoints(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/webhook-endpoints").WithTags("Webhooks");
        var readers = group.MapGroup("").RequireAuthorization(policy => policy.RequireRole(Roles.Merchant, Roles.Viewer));
        var merchants = group.MapGroup("").RequireAuthorization(Roles.Merchant);
        merchants.MapPost("/", CreateAsync).WithSummary("Have events of orders sent to an address")
            .WithDescription($"""
                The endpoint gets the events from now on whose type is in `types` (`*` is every type). `secret` is shown only in this
                answer. Deliveries follow Standard Webhooks. 400 `malformed_request`; 401 `unauthorized`; 409 `too_many_endpoints`: there
                are {WebhookOptions.MaxEndpoints}; 413; 415; 422 `unknown_field`, {Rules}.
                """)
            .ProducesProblems(400, 401, 409, 413, 415).ProducesProblems(422, 503);
        readers.MapGet("/", ListAsync).WithSummary("All endpoints, without their secrets, oldest first").ProducesProblems(401, 503);
        readers.MapGet("/{id:guid}", GetAsync).WithSummary("An endpoint without its secret").ProducesProblems(401, 404, 503);
        merchants.MapPatch("/{id:guid}", ChangeAsync).WithSummary("Change an endpoint, or enable it again")
            .WithDescription($"""
                A field that is left out keeps its value. With `enabled: false` events are stored and wait; with `true` they are sent. 400
                `malformed_request`; 401 `unauthorized`; 404 `not_found`; 413; 415; 422 `unknown_field`, {Rules}.
                """)
            .ProducesProblems(400, 401, 404, 413, 415).ProducesProblems(422, 503);
        merchants.MapDelete("/{id:guid}", DeleteAsync).WithSummary("Send nothing more to an address, and forget its secret")
            .WithDescription("Deliveries that wait have failed. 401 `unauthorized`; 404 `not_found`.")
            .ProducesProblems(401, 404, 503);
        merchants.MapPost("/{id:guid}/rotate-secret", RotateAsync).WithSummary("Replace an endpoint's secret")
            .WithDescription("For 24 hours deliveries have two signatures, one with each secret. 401 `unauthorized`; 404 `not_found`.")
            .ProducesProblems(401, 404, 503);
        merchants.MapPost("/{id:guid}/test", TestAsync).WithSummary("Send a test event now")
            .WithDescription("""
                Sends one event `webhook.test`, once, also to an endpoint that is disabled, and answers with the delivery and its outcome.
                401 `unauthorized`; 404 `not_found`.
                """)
            .ProducesProblems(401, 404, 503);
    }

    static async Task<Results<Created<CreatedWebhookEndpointResponse>, ProblemHttpResult>> CreateAsync(
        CreateWebhookEndpointRequest request, WebhookEndpointRules rules, WebhookEndpointStore store, TimeProvider time,
        CancellationToken cancellationToken)
    {
        if (await rules.CheckAsync(request.Url, request.Types, request.Description, cancellationToken) is { } problem) return problem;
        var (now, id, secret) = (time.GetUtcNow(), Guid.CreateVersion7(), WebhookSecrets.Create());
        if (!await store.AddAsync(id, request, secret, now, cancellationToken))
        {
            return ApiProblem.Conflict(
                ProblemCodes.TooManyEndpoints, $"There are {WebhookOptions.MaxEndpoints} endpoints. Delete one that is not needed.");
        }
        return TypedResults.Created($"/webhook-endpoints/{id}", new CreatedWebhookEndpointResponse(
            id, request.Url, WebhookEndpointRules.Distinct(request.Types),
            string.IsNullOrEmpty(request.Description) ? null : request.Description, true, now.UtcDateTime, WebhookSecrets.TextOf(secret)));
    }

    static async Task<Ok<WebhookEndpointList>> ListAsync(WebhookEndpointStore store, CancellationToken cancellationToken) =>
        TypedResults.Ok(new WebhookEndpointList([.. (await store.ListAsync(cancellationToken)).Select(WebhookEndpointResponse.From)]));

    static async Task<Results<Ok<WebhookEndpointResponse>, ProblemHttpResult>> GetAsync(
        Guid id, WebhookEndpointStore store, CancellationToken cancellationToken) =>
        await store.FindAsync(id, cancellationToken) is { } endpoint
            ? TypedResults.Ok(WebhookEndpointResponse.From(endpoint))
            : Unknown();

    static async Task<Results<Ok<WebhookEndpointResponse>, ProblemHttpResult>> ChangeAsync(
        Guid id, ChangeWebhookEndpointRequest request, WebhookEndpointRules rules, WebhookEndpointStore store, WebhookWorker worker,
        CancellationToken cancellationToken)
    {
        if (await rules.CheckAsync(request.Url, request.Types, request.Description, cancellationToken) is { } problem) return problem;
        if (!await store.ChangeAsync(id, request, cancellationToken)) return Unknown();
        worker.Wake();
        return await GetAsync(id, store, cancellationToken);
    }

    static async Task<Results<NoContent, ProblemHttpResult>> DeleteAsync(
        Guid id, WebhookEndpointStore store, CancellationToken cancellationToken) =>
        await store.DeleteAsync(id, cancellationToken) ? TypedResults.NoContent() : Unknown();

    static async Task<Results<Ok<RotatedSecretResponse>, ProblemHttpResult>> RotateAsync(
        Guid id, WebhookEndpointStore store, WebhookOptions options, CancellationToken cancellationToken)
    {
        var secret = WebhookSecrets.Create();
        return await store.RotateAsync(id, secret, options.KeepPreviousSecret, cancellationToken) is { } previousUntil
            ? TypedResults.Ok(new RotatedSecretResponse(WebhookSecrets.TextOf(secret), previousUntil))
            : Unknown();
    }

    static async Task<Results<Ok<WebhookDeliveryResponse>, ProblemHttpResult>> TestAsync(
        Guid id, WebhookDeliveryStore deliveries, WebhookDeliverer deliverer, CancellationToken cancellationToken)
    {
        if (await deliveries.AddTestAsync(id, cancellationToken) is not { } claimed) return Unknown();
        await deliverer.DeliverAsync(claimed, cancellationToken);
        return await deliveries.FindAsync(claimed.Id, cancellationToken) is { } delivery
            ? TypedResults.Ok(WebhookDeliveryResponse.From(delivery))
            : Unknown();
    }

    static ProblemHttpResult Unknown() => ApiProblem.NotFound("There is no such endpoint.");
}
