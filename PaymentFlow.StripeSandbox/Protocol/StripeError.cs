using System.Text.Json;

namespace PaymentFlow.StripeSandbox.Protocol;

/// <summary>
/// An error of the API, as <see href="https://docs.stripe.com/api/errors">Stripe documents it</see>.
/// <see cref="Status"/> is the HTTP status.
/// </summary>
sealed record StripeError(int Status, string Type, string Message)
{
    public const string CardErrorType = "card_error";
    public const string InvalidRequest = "invalid_request_error";
    public const string Idempotency = "idempotency_error";
    public const string ApiErrorType = "api_error";

    public string? Code { get; init; }
    public string? DeclineCode { get; init; }
    public string? AdviceCode { get; init; }
    public string? Param { get; init; }
    public string? Charge { get; init; }

    public static StripeError Invalid(string message, string? code = null, string? param = null, int status = 400) =>
        new(status, InvalidRequest, message) { Code = code, Param = param };

    public static StripeError Missing(string param) => Invalid($"Missing required param: {param}.", "parameter_missing", param);

    public static StripeError UnexpectedState(string message, string? param = null) =>
        Invalid(message, "payment_intent_unexpected_state", param);

    public static StripeError NoSuch(string kind, string id, string param, int status) =>
        Invalid($"No such {kind}: '{id}'", "resource_missing", param, status);

    /// <summary>The fields that an error response and <c>last_payment_error</c> have in common.</summary>
    public void WriteFields(Utf8JsonWriter json)
    {
        if (AdviceCode is not null) json.WriteString("advice_code"u8, AdviceCode);
        if (Charge is not null) json.WriteString("charge"u8, Charge);
        if (Code is not null)
        {
            json.WriteString("code"u8, Code);
            json.WriteString("doc_url"u8, $"https://docs.stripe.com/error-codes#{Code.Replace('_', '-')}");
        }
        if (DeclineCode is not null) json.WriteString("decline_code"u8, DeclineCode);
        json.WriteString("message"u8, Message);
        if (Param is not null) json.WriteString("param"u8, Param);
        json.WriteString("type"u8, Type);
    }
}

/// <summary>
/// A request refused before execution, because its parameters are wrong or it conflicts with a running request.
/// Nothing has changed, and no answer is stored for its idempotency key.
/// </summary>
sealed class RequestRefusedException(StripeError error) : Exception(error.Message)
{
    public StripeError Error { get; } = error;
}
