namespace PaymentFlow.Contracts.Attention;

/// <summary>The kinds of <see cref="AttentionKind"/>.</summary>
public static class AttentionKinds
{
    /// <summary>PaymentApi: Stripe was asked to charge, and its answer is unknown for more than a minute.</summary>
    public const string OutcomeUnknown = "outcome_unknown";

    /// <summary>PaymentApi: Stripe was asked to refund, and its answer is unknown for more than a minute.</summary>
    public const string RefundUnknown = "refund_unknown";

    /// <summary>PaymentApi: a dispute that is not decided.</summary>
    public const string DisputeOpen = "dispute_open";

    /// <summary>PaymentApi: an order that states more than its payment does.</summary>
    public const string OrderAhead = "order_ahead";

    /// <summary>PaymentApi: an event that was published and that the delivery check found not applied.</summary>
    public const string EventBehind = "event_behind";

    /// <summary>PaymentApi: an event that was published again in the last day, because it had not arrived.</summary>
    public const string EventRepublished = "event_republished";

    /// <summary>OrderService: an event that could not be applied.</summary>
    public const string DeadLetter = "dead_letter";

    /// <summary>OrderService: an endpoint that fails, or was disabled because it did.</summary>
    public const string WebhookFailing = "webhook_failing";

    /// <summary>OrderService: an event that an endpoint took in none of its tries.</summary>
    public const string WebhookNotDelivered = "webhook_not_delivered";
}
