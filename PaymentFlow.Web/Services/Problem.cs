using System.Text.Json;
using System.Text.Json.Serialization;
using PaymentFlow.Contracts.Events;

namespace PaymentFlow.Web.Services;

/// <summary>A service's error response: an RFC 9457 problem with our stable <c>code</c>.</summary>
/// <param name="DeclineCode">Stripe's decline code, if the payment was declined. See https://docs.stripe.com/declines/codes.</param>
public sealed record Problem(string Code, string? DeclineCode = null)
{
    /// <summary>An error response without our code, such as a proxy's error page.</summary>
    const string Unknown = "unknown";

    // Web's own codes. Their texts are the resources Problem.CODE.
    /// <summary>The service gave no answer.</summary>
    public const string Unreachable = "unreachable";

    /// <summary>The last attempt has failed, and nobody has said why.</summary>
    public const string PaymentFailed = OrderStatuses.PaymentFailed;

    /// <summary>The bank has not decided on the last attempt yet.</summary>
    public const string BankPending = "bank_pending";

    /// <summary>Stripe's code for a customer whom the bank did not confirm (3-D Secure).</summary>
    public const string NotAuthenticated = "payment_intent_authentication_failure";

    // Why an order could not be canceled.
    public const string TooLateToCancel = "cancel_too_late";
    public const string CancelInFlight = "cancel_in_flight";
    public const string CancelUnknown = "cancel_unknown";

    /// <summary>Reads an error response. The code is <see cref="Unknown"/> if the body is not a problem with a code.</summary>
    public static async Task<Problem> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            var problem = await response.Content.ReadFromJsonAsync(ProblemJson.Default.Body, cancellationToken);
            return new Problem(problem?.Code ?? Unknown, problem?.DeclineCode);
        }
        catch (JsonException)
        {
            // The status code was logged with the request.
            return new Problem(Unknown);
        }
    }

    internal sealed record Body(string? Code, string? DeclineCode);
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(Problem.Body))]
sealed partial class ProblemJson : JsonSerializerContext;
