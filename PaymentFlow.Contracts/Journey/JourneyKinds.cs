namespace PaymentFlow.Contracts.Journey;

/// <summary>
/// The values of <see cref="JourneyStep.Kind"/>. The kinds <c>dispute.STATUS</c> are not listed, because Stripe defines the statuses.
/// </summary>
public static class JourneyKinds
{
    public const string OrderCreated = "order.created";
    public const string PaymentAccepted = "payment.accepted";
    public const string AttemptStarted = "attempt.started";
    public const string AttemptSucceeded = "attempt.succeeded";
    public const string AttemptFailed = "attempt.failed";
    public const string AttemptProcessing = "attempt.processing";
    public const string AttemptRequiresAction = "attempt.requires_action";
    public const string AttemptCanceled = "attempt.canceled";
    public const string AttemptNotSent = "attempt.not_sent";
    public const string AttemptRefused = "attempt.refused";
    public const string PaymentSucceeded = "payment.succeeded";
    public const string PaymentFailed = "payment.failed";
    public const string PaymentCanceled = "payment.canceled";
    public const string PaymentRefunded = "payment.refunded";
    public const string PaymentPartiallyRefunded = "payment.partially_refunded";
    public const string PaymentProcessing = "payment.processing";
    public const string PaymentRequiresAction = "payment.requires_action";
    public const string EventPublished = "event.published";
    public const string EventRepublished = "event.republished";
    public const string EventChecked = "event.checked";
    public const string EventConsumed = "event.consumed";
    public const string OrderPaid = "order.paid";
    public const string OrderPaymentFailed = "order.payment_failed";
    public const string OrderRefunded = "order.refunded";
    public const string OrderPartiallyRefunded = "order.partially_refunded";
    public const string OrderCanceled = "order.canceled";
    public const string OrderAwaitingPayment = "order.awaiting_payment";
    public const string PushedSocket = "pushed.socket";
    public const string PushedPage = "pushed.page";
    public const string RefundRequested = "refund.requested";
    public const string RefundSucceeded = "refund.succeeded";
    public const string RefundFailed = "refund.failed";
    public const string RefundPending = "refund.pending";
    public const string RefundNotSent = "refund.not_sent";
    public const string WebhookReceived = "webhook.received";
    public const string WebhookDelivered = "webhook.delivered";
    public const string WebhookNotDelivered = "webhook.not_delivered";
    public const string DisputeOpened = "dispute.opened";
    public const string DeadLetter = "dead_letter";
    public const string DeadLetterReplayed = "dead_letter.replayed";
    public const string Operator = "operator";

    public static IReadOnlyList<string> All { get; } =
    [
        OrderCreated, PaymentAccepted, AttemptStarted, AttemptSucceeded,
        AttemptFailed, AttemptProcessing, AttemptRequiresAction, AttemptCanceled,
        AttemptNotSent, AttemptRefused, PaymentSucceeded, PaymentFailed,
        PaymentCanceled, PaymentRefunded, PaymentPartiallyRefunded, PaymentProcessing,
        PaymentRequiresAction, EventPublished, EventRepublished, EventChecked,
        EventConsumed, OrderPaid, OrderPaymentFailed, OrderRefunded,
        OrderPartiallyRefunded, OrderCanceled, OrderAwaitingPayment, PushedSocket,
        PushedPage, RefundRequested, RefundSucceeded, RefundFailed,
        RefundPending, RefundNotSent, WebhookReceived, DisputeOpened,
        DeadLetter, DeadLetterReplayed, Operator, WebhookDelivered,
        WebhookNotDelivered,
    ];
}
