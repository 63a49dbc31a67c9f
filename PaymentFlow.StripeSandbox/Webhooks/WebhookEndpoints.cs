namespace PaymentFlow.StripeSandbox.Webhooks;

/// <summary>
/// <c>PUT /_sandbox/webhooks { duplicate, reorder, drop, maxDelaySeconds, seed }</c> sets how unreliably webhooks are delivered from now
/// on. The default of <c>maxDelaySeconds</c> is 2, of all others 0. <c>GET</c> returns these conditions and how many events were
/// duplicated, reordered and dropped since. Stripe has no such endpoint.
/// </summary>
static class WebhookEndpoints
{
    const string Path = "/_sandbox/webhooks";
    static readonly TimeSpan LongestDelay = TimeSpan.FromMinutes(10);

    public static void MapWebhooks(this IEndpointRouteBuilder app)
    {
        var plan = app.ServiceProvider.GetRequiredService<WebhookPlan>();
        app.MapPut(Path, (WebhookRequest request) => Set(plan, request));
        app.MapGet(Path, plan.Report);
    }

    static IResult Set(WebhookPlan plan, WebhookRequest request)
    {
        var conditions = new WebhookConditions(
            request.Duplicate ?? 0, request.Reorder ?? 0, request.Drop ?? 0, request.MaxDelaySeconds ?? 2, request.Seed ?? 0);
        foreach (var (name, share) in ((string, double)[])
            [("duplicate", conditions.Duplicate), ("reorder", conditions.Reorder), ("drop", conditions.Drop)])
            if (!(share >= 0 && share <= 1)) return Refused($"{name} must be from 0 to 1.");
        if (!(conditions.MaxDelaySeconds >= 0 && conditions.MaxDelaySeconds <= LongestDelay.TotalSeconds))
            return Refused($"maxDelaySeconds must be from 0 to {LongestDelay.TotalSeconds}.");
        return Results.Ok(plan.Set(conditions));
    }

    static IResult Refused(string detail) => Results.Problem(detail, statusCode: StatusCodes.Status400BadRequest);

    internal sealed record WebhookRequest(double? Duplicate, double? Reorder, double? Drop, double? MaxDelaySeconds, int? Seed);
}
