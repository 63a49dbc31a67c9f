namespace PaymentFlow.PaymentApi.Stripe;

/// <summary>Which payment a Stripe object belongs to; stored in the object's metadata (<see cref="MetadataKeys"/>).</summary>
/// <param name="Reference">The shop's own name for the order.</param>
public sealed record PaymentReference(Guid PaymentId, Guid OrderId, string? Reference)
{
    public Dictionary<string, string> ToMetadata()
    {
        Dictionary<string, string> metadata = new()
        {
            [MetadataKeys.PaymentId] = PaymentId.ToString(),
            [MetadataKeys.OrderId] = OrderId.ToString(),
        };
        if (Reference is not null) metadata[MetadataKeys.Reference] = Reference;
        return metadata;
    }
}

/// <summary>The parameters of <see cref="StripeGateway.CreateAsync"/>.</summary>
/// <param name="Amount">In the currency's minor unit.</param>
/// <param name="AllowRedirects">Whether methods may be offered that send the customer to a bank's page.</param>
/// <param name="ReceiptEmail">Where Stripe sends its receipt; null for none.</param>
public sealed record StripeCreation(
    PaymentReference Payment, long Amount, string Currency, bool AllowRedirects, string? ReceiptEmail, string IdempotencyKey)
{
    /// <summary>How Stripe names <see cref="ReceiptEmail"/>, also in its errors.</summary>
    public const string ReceiptEmailParameter = "receipt_email";
}

/// <summary>What <see cref="StripeGateway.ConfirmAsync"/> sends.</summary>
/// <param name="ReturnUrl">Where the customer returns after 3-D Secure; null to handle it by Stripe.js.</param>
public sealed record StripeConfirmation(string IntentId, string PaymentMethod, string? ReturnUrl, string IdempotencyKey);

/// <summary>What <see cref="StripeGateway.RefundAsync"/> sends.</summary>
/// <param name="Amount">In the currency's minor unit.</param>
/// <param name="Reason">In Stripe's words; null for none.</param>
public sealed record StripeRefundRequest(
    PaymentReference Payment, string IntentId, long Amount, string? Reason, Guid RefundId, string IdempotencyKey);
