namespace PaymentFlow.OrderService.Webhooks.Sending;

/// <summary>The request of one try.</summary>
/// <param name="Id">The event's id, the same in every try.</param>
/// <param name="Secrets">The endpoint's secrets: one, or two while it is rotated.</param>
sealed record WebhookRequest(string Url, Guid Id, byte[] Body, IReadOnlyList<byte[]> Secrets);

/// <summary>The outcome of one try.</summary>
/// <param name="Status">The status of the answer; null without one.</param>
/// <param name="Error">Why there was no answer (<see cref="WebhookErrors"/>).</param>
/// <param name="Response">The beginning of the answer's body.</param>
sealed record WebhookOutcome(DateTimeOffset At, TimeSpan Duration, int? Status, string? Error, string? Response)
{
    public bool IsSuccess => Status is >= 200 and < 300;

    /// <summary>410: the endpoint wants no more events.</summary>
    public bool IsGone => Status == StatusCodes.Status410Gone;
}

/// <summary>Why a try got no answer. Stable words for the API and the metrics.</summary>
static class WebhookErrors
{
    public const string AddressNotAllowed = "address_not_allowed";
    public const string ConnectionFailed = "connection_failed";
    public const string HostNotFound = "host_not_found";
    public const string InvalidResponse = "invalid_response";
    public const string SecretUnavailable = "secret_unavailable";
    public const string Timeout = "timeout";
    public const string TlsFailed = "tls_failed";
}
