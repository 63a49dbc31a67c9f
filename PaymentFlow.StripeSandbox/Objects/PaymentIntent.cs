using System.Text.Json;
using System.Text.Json.Serialization;
using PaymentFlow.StripeSandbox.PaymentMethods;
using PaymentFlow.StripeSandbox.Protocol;

namespace PaymentFlow.StripeSandbox.Objects;

/// <summary>
/// One immutable state of a PaymentIntent. A change creates a new state, so a stored answer or an event keeps the state of its time.
/// Amounts are in minor units, times in Unix seconds.
/// </summary>
sealed record PaymentIntent : IStripeObject
{
    public required string Id { get; init; }
    public required string ClientSecret { get; init; }
    public required long Amount { get; init; }
    public required string Currency { get; init; }
    public required long Created { get; init; }
    public required string Status { get; init; }
    public required string CaptureMethod { get; init; }
    public required IReadOnlyList<string> PaymentMethodTypes { get; init; }
    public required IReadOnlyDictionary<string, string> Metadata { get; init; }
    public IReadOnlyList<string>? AllowedPaymentMethodTypes { get; init; }
    public AutomaticPaymentMethods? AutomaticPaymentMethods { get; init; }
    public long AmountReceived { get; init; }
    public string? Customer { get; init; }
    public string? Description { get; init; }
    public string? ReceiptEmail { get; init; }
    public string? SetupFutureUsage { get; init; }
    public string? StatementDescriptor { get; init; }
    public string? StatementDescriptorSuffix { get; init; }
    public string? TransferGroup { get; init; }
    public AttachedPaymentMethod? PaymentMethod { get; init; }
    public Authentication? Authentication { get; init; }
    public Charge? LatestCharge { get; init; }
    public PaymentFailure? LastPaymentError { get; init; }
    public long? CanceledAt { get; init; }
    public string? CancellationReason { get; init; }

    public void Write(Utf8JsonWriter json, Expand expand) => PaymentIntentJson.Write(json, this, expand);

    public void WriteIntoError(Utf8JsonWriter json, StripeError error, Expand expand)
    {
        json.WritePropertyName("payment_intent"u8);
        Write(json, expand);
        if (LastPaymentError is not { } failure || failure.Error != error) return;
        json.WritePropertyName("payment_method"u8);
        failure.PaymentMethod.Write(json);
        json.WriteString("payment_method_type"u8, failure.PaymentMethod.Kind().Type);
    }

    public Refund? Refund(string id) => LatestCharge?.Refunds?.FirstOrDefault(r => r.Id == id);

    public Dispute? Dispute(string id) => LatestCharge?.Disputes?.FirstOrDefault(d => d.Id == id);

    /// <summary>The refund or dispute with this id, in Stripe's JSON format.</summary>
    public IStripeObject View(string id) =>
        Refund(id) is { } refund ? new RefundView(this, refund)
        : Dispute(id) is { } dispute ? new DisputeView(this, dispute)
        : throw new InvalidOperationException($"{Id} has no refund or dispute {id}.");
}

/// <summary>Stripe's names for the status of a PaymentIntent.</summary>
static class PaymentIntentStatus
{
    public const string RequiresPaymentMethod = "requires_payment_method";
    public const string RequiresConfirmation = "requires_confirmation";
    public const string RequiresAction = "requires_action";
    public const string Processing = "processing";
    public const string Succeeded = "succeeded";
    public const string Canceled = "canceled";
}

sealed record AutomaticPaymentMethods(string AllowRedirects)
{
    [JsonIgnore]
    public bool RedirectsAllowed => AllowRedirects != "never";
}

/// <summary>An open 3-D Secure challenge. The customer answers it on the sandbox's page at <see cref="Url"/>.</summary>
sealed record Authentication(string Source, string Url, string? ReturnUrl);

/// <summary>Why the last attempt failed, and its payment method, which is no longer attached to the PaymentIntent.</summary>
sealed record PaymentFailure(StripeError Error, AttachedPaymentMethod PaymentMethod);
