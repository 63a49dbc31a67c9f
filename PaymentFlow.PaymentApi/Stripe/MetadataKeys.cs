namespace PaymentFlow.PaymentApi.Stripe;

/// <summary>The metadata that marks a PaymentIntent as ours and leads from Stripe's dashboard to the order.</summary>
static class MetadataKeys
{
    public const string PaymentId = "payment_id";
    public const string OrderId = "order_id";
    public const string Reference = "reference";
    public const string RefundId = "refund_id";
}
