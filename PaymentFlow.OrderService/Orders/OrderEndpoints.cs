using Microsoft.AspNetCore.Http.HttpResults;
using PaymentFlow.Contracts;
using PaymentFlow.OrderService.Catalogue;
using PaymentFlow.ServiceDefaults;

namespace PaymentFlow.OrderService.Orders;

/// <summary>The orders API: create and read. <see cref="OrderListEndpoint"/> lists.</summary>
static class OrderEndpoints
{
    public const string CreateLimit = "orders";

    public static void AddOrders(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton(builder.ReadSettings<OrderOptions>("Orders"));
        builder.Services.AddSingleton<OrderStore>();
        builder.Services.AddSingleton<OrderAccess>();
        builder.Services.AddSingleton<RepeatableRequests>();
        RepeatableRequests.AddPruning(builder);
        builder.AddRateLimit(CreateLimit, permits: 60, window: TimeSpan.FromMinutes(1));
    }

    public static void MapOrders(this IEndpointRouteBuilder app)
    {
        var orders = app.MapGroup("/orders").WithTags("Orders").AddEndpointFilter((invocation, next) =>
        {
            // Orders are private, and the answer to POST contains the secret.
            invocation.HttpContext.Response.Headers.CacheControl = "no-store";
            return next(invocation);
        });
        orders.MapPost("/", CreateAsync).RequireRateLimiting(CreateLimit)
            .AcceptsCredentials(ApiCredentials.None, Roles.Merchant)
            .WithSummary("Create an order: of the shop's products, or, with the merchant key, of an amount")
            .WithDescription("""
                With an `Idempotency-Key`, a repeat within 24 hours gets 201 with the same order and the same `clientSecret`. Without
                the merchant key it needs at least 16 random characters, for example a UUID: whoever knows it can get the secret.
                Nothing is stored unless the answer is 201. Problem codes: 400 `malformed_request`; 401 `unauthorized` (an
                amount without the merchant key); 409 `duplicate_reference`, `secret_unavailable`; 413 `payload_too_large`;
                415 `unsupported_media_type`; 422 `idempotency_key_reused`, `unknown_field`, `empty_order`, `too_many_items`,
                `unknown_product`, `invalid_quantity`, `mixed_currencies`, `missing_field`, `invalid_reference`,
                `invalid_description`, `unsupported_currency`, `amount_too_small`, `amount_too_large`,
                `amount_invalid_for_currency`, `invalid_return_url`, `invalid_cancel_url`, `invalid_customer_email`, `invalid_locale`,
                `invalid_expires_at`, `invalid_metadata`; 429 `rate_limited`; 503 `unavailable`.
                """)
            .ProducesProblems(400, 401, 409, 413, 415)
            .ProducesProblems(422, 429, 503);
        orders.MapOrderList();
        orders.MapGet("/{id:guid}", GetAsync).WithSummary("The order's present state")
            .AcceptsCredentials(ApiCredentials.ClientSecret, Roles.Viewer, Roles.Service)
            .WithDescription("""
                Services also get `customerEmail`. 401 `unauthorized` without a token; 404 `not_found` for a wrong token or an unknown
                order.
                """)
            .ProducesProblems(401, 404);
    }

    static async Task<Results<Created<CreatedOrderResponse>, ProblemHttpResult>> CreateAsync(
        CreateOrderRequest request, HttpContext context, ICatalogue catalogue, OrderStore store, RepeatableRequests requests,
        CheckoutRules rules, CheckoutLinks links, OrderOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        if (RepeatableRequests.Read(context, request, out var repeatable) is { } malformed) return malformed;
        // Before the rules, because a product may have left the catalogue since the first request.
        if (repeatable is not null && await RepeatAsync(repeatable, store, requests, links, cancellationToken) is { } repeated)
            return repeated;
        OrderDraft? draft;
        ProblemHttpResult? problem;
        if (request.Items is { } lines)
        {
            if (!request.IsOfCatalogue)
                return ApiProblem.Unprocessable(ProblemCodes.UnknownField,
                    "Send 'items' alone: the catalogue has the prices, and only a merchant's order has the other fields.");
            var ids = lines.OfType<OrderLine>().Select(line => line.ProductId).ToHashSet(StringComparer.Ordinal);
            if (!OrderRules.TryPrice(lines, await catalogue.FindAsync(ids, cancellationToken), out draft, out problem)) return problem;
        }
        else if (request.IsOfCatalogue)
        {
            return ApiProblem.Unprocessable(ProblemCodes.EmptyOrder, "An order needs 'items'.");
        }
        else
        {
            if (!context.User.IsInRole(Roles.Merchant))
                return ApiProblem.Unauthorized("Only a merchant may set an order's amount: send X-Api-Key.");
            if (!OrderRules.TryTake(request, out draft, out problem)) return problem;
            if (rules.Check(request) is { } wrong) return wrong;
        }

        var now = InMicroseconds(time.GetUtcNow());
        var id = Guid.CreateVersion7(now);
        var secret = repeatable is null ? ClientSecret.Create() : requests.SecretOf(id, repeatable);
        Order order = new()
        {
            Id = id,
            Reference = draft.Reference,
            SecretHash = ClientSecret.Hash(secret),
            Amount = draft.Amount,
            Currency = draft.Currency,
            Description = draft.Description,
            Items = draft.Items,
            CreatedAt = now,
            UpdatedAt = now,
        };
        string? link = null;
        if (request.Items is null)
        {
            link = repeatable is null ? CheckoutLinks.Create() : links.Derive(id, repeatable);
            order = ForCheckout(order, request, link, options);
        }
        while (true)
        {
            switch (await store.AddAsync(order, repeatable, cancellationToken))
            {
                case AddedOrder.Added:
                    return Created(order, secret, link is null ? null : links.UrlOf(link));
                case AddedOrder.ReferenceTaken when request.Items is null:
                    return ApiProblem.Conflict(ProblemCodes.DuplicateReference, "An order with this reference already exists.");
                case AddedOrder.ReferenceTaken:
                    // The random reference is taken (a chance of 1 in 10^12 per existing order). Generate another one.
                    order = order with { Reference = OrderReference.Create() };
                    break;
                case AddedOrder.KeyTaken:
                    // A concurrent request was first. If its key was pruned meanwhile, add the order after all.
                    if (await RepeatAsync(repeatable!, store, requests, links, cancellationToken) is { } first) return first;
                    break;
            }
        }
    }

    /// <returns>The answer to a repeated request; null for a new one.</returns>
    static async Task<Results<Created<CreatedOrderResponse>, ProblemHttpResult>?> RepeatAsync(
        RepeatableRequest request, OrderStore store, RepeatableRequests requests, CheckoutLinks links,
        CancellationToken cancellationToken)
    {
        if (await store.FindAsync(request, cancellationToken) is not var (order, bodyHash)) return null;
        if (!bodyHash.AsSpan().SequenceEqual(request.BodyHash))
            return ApiProblem.Unprocessable(
                ProblemCodes.IdempotencyKeyReused, "This Idempotency-Key was used with another body. Nothing was changed.");
        var (secret, link) = (requests.SecretOf(order.Id, request), links.Derive(order.Id, request));
        var isPresentLink = order.CheckoutHash is { } hash && ClientSecret.Matches(link, hash);
        return ClientSecret.Matches(secret, order.SecretHash)
            ? Created(order, secret, isPresentLink ? links.UrlOf(link) : null)
            : ApiProblem.Conflict(ProblemCodes.SecretUnavailable,
                "The order exists, but its clientSecret cannot be computed again, because the service key was replaced meanwhile.");
    }

    static Order ForCheckout(Order order, CreateOrderRequest request, string link, OrderOptions options) => order with
    {
        ReturnUrl = request.ReturnUrl,
        CancelUrl = request.CancelUrl,
        Locale = CheckoutRules.LanguageOf(request.Locale),
        ExpiresAt = InMicroseconds(request.ExpiresAt?.ToUniversalTime() ?? order.CreatedAt + options.ExpireAfter),
        // The rules refuse null values.
        Metadata = request.Metadata is { Count: > 0 } metadata ? metadata.ToDictionary(pair => pair.Key, pair => pair.Value!) : null,
        CustomerEmail = request.CustomerEmail,
        CheckoutHash = ClientSecret.Hash(link),
    };

    /// <summary>Postgres stores microseconds.</summary>
    static DateTimeOffset InMicroseconds(DateTimeOffset at) => at.AddTicks(-(at.Ticks % TimeSpan.TicksPerMicrosecond));

    static Created<CreatedOrderResponse> Created(Order order, string secret, string? checkoutUrl) =>
        TypedResults.Created($"/orders/{order.Id}", new CreatedOrderResponse(order, secret, checkoutUrl));

    static async Task<Results<Ok<OrderResponse>, ProblemHttpResult>> GetAsync(
        Guid id, HttpContext context, OrderAccess access, CancellationToken cancellationToken)
    {
        var (order, refusal) = await access.FindAsync(context, id, BearerToken.Of(context.Request), cancellationToken);
        if (order is null) return refusal!;
        // The caller may see the order. A service key beside the caller's token only adds the fields that PaymentApi needs for Stripe.
        var email = context.User.IsInRole(Roles.Service) ? order.CustomerEmail : null;
        return TypedResults.Ok(OrderResponse.From(order) with { CustomerEmail = email });
    }
}
