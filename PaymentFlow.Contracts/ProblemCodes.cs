namespace PaymentFlow.Contracts;

/// <summary>The <c>code</c> of every problem (RFC 9457) that the APIs answer. docs/api.md explains each.</summary>
public static class ProblemCodes
{
    public const string AlreadyPaid = "already_paid";
    public const string AlreadyRefunded = "already_refunded";
    public const string AlreadyReplayed = "already_replayed";
    public const string AmountTooLarge = "amount_too_large";
    public const string AmountTooSmall = "amount_too_small";
    public const string CardDeclined = "card_declined";
    public const string ConfirmationInFlight = "confirmation_in_flight";
    public const string DatabaseUnavailable = "database_unavailable";
    public const string DuplicateReference = "duplicate_reference";
    public const string EmptyOrder = "empty_order";
    public const string IdempotencyKeyRequired = "idempotency_key_required";
    public const string IdempotencyKeyReused = "idempotency_key_reused";
    public const string InternalError = "internal_error";
    public const string InvalidAmount = "invalid_amount";
    public const string InvalidDescription = "invalid_description";
    public const string InvalidLimit = "invalid_limit";
    public const string InvalidPaymentMethod = "invalid_payment_method";
    public const string InvalidQuantity = "invalid_quantity";
    public const string InvalidReference = "invalid_reference";
    public const string InvalidReturnUrl = "invalid_return_url";
    public const string InvalidSearch = "invalid_search";
    public const string InvalidSignature = "invalid_signature";
    public const string MalformedRequest = "malformed_request";
    public const string MethodNotAllowed = "method_not_allowed";
    public const string MissingField = "missing_field";
    public const string MixedCurrencies = "mixed_currencies";
    public const string NotFound = "not_found";
    public const string NotPaid = "not_paid";
    public const string NotPayable = "not_payable";
    public const string OrderCanceled = "order_canceled";
    public const string OrderNotFound = "order_not_found";
    public const string OrderServiceUnavailable = "order_service_unavailable";
    public const string OriginNotAllowed = "origin_not_allowed";
    public const string PayloadTooLarge = "payload_too_large";
    public const string PaymentApiUnavailable = "payment_api_unavailable";
    public const string RateLimited = "rate_limited";
    public const string RefundRefused = "refund_refused";
    public const string RefundTooLarge = "refund_too_large";
    public const string ReplayInProgress = "replay_in_progress";
    public const string ReplayRefused = "replay_refused";
    public const string RequestFailed = "request_failed";
    public const string SecretUnavailable = "secret_unavailable";
    public const string StripeUnavailable = "stripe_unavailable";
    public const string TooManyAttempts = "too_many_attempts";
    public const string TooManyIds = "too_many_ids";
    public const string TooManyItems = "too_many_items";
    public const string Unauthorized = "unauthorized";
    public const string Unavailable = "unavailable";
    public const string UnknownField = "unknown_field";
    public const string UnknownProduct = "unknown_product";
    public const string UnsupportedCurrency = "unsupported_currency";
    public const string UnsupportedMediaType = "unsupported_media_type";
    public const string UpgradeRequired = "upgrade_required";
}
