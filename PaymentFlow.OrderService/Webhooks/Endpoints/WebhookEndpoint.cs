namespace PaymentFlow.OrderService.Webhooks.Endpoints;

/// <summary>A row of <c>webhook_endpoints</c> without its secrets. Times are in UTC.</summary>
/// <param name="DisabledReason">Null while it is enabled; otherwise one of <see cref="DisabledReasons"/>.</param>
/// <param name="FailingSince">The first failure since the last success.</param>
/// <param name="Pending">How many deliveries wait.</param>
/// <param name="Failed">How many deliveries have failed for good in the last 30 days.</param>
sealed record WebhookEndpoint(
    Guid Id, string Url, string[] Types, string? Description, string? DisabledReason, DateTime CreatedAt, DateTime? FailingSince,
    DateTime? LastFailedAt, string? LastError, long Pending, long Failed);

/// <summary>Why an endpoint is not enabled.</summary>
static class DisabledReasons
{
    /// <summary>It answered 410.</summary>
    public const string Gone = "gone";

    /// <summary>It failed for days without one success.</summary>
    public const string Failing = "failing";

    /// <summary>A merchant asked for it.</summary>
    public const string Requested = "requested";
}
