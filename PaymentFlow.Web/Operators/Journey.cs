using PaymentFlow.Contracts.Journey;

namespace PaymentFlow.Web.Operators;

/// <summary>One step of an order's journey, in words.</summary>
/// <param name="Since">The time since the previous step, null for the first. It can be negative if the services' clocks differ.</param>
public sealed record JourneyLine(DateTimeOffset At, TimeSpan? Since, string Service, JourneyStep Step, string Words)
{
    /// <summary>The steps of both services, ordered by time.</summary>
    public static IReadOnlyList<JourneyLine> Merge(IReadOnlyList<JourneyStep> orders, IReadOnlyList<JourneyStep> payments)
    {
        // OrderBy is stable: steps of one service with the same time keep their order.
        var steps = payments.Select(step => (Step: step, Service: "PaymentApi"))
            .Concat(orders.Select(step => (Step: step, Service: "OrderService")))
            .OrderBy(one => one.Step.At).ToList();
        return [.. steps.Select((one, i) => new JourneyLine(
            one.Step.At, i == 0 ? null : one.Step.At - steps[i - 1].Step.At, one.Service, one.Step, WordsOf(one.Service, one.Step)))];
    }

    static string WordsOf(string service, JourneyStep step) => step.Kind switch
    {
        JourneyKinds.OrderCreated => "Order created",
        JourneyKinds.PaymentAccepted => "Payment accepted",
        JourneyKinds.AttemptStarted => "Attempt started",
        JourneyKinds.AttemptSucceeded => "Attempt succeeded",
        JourneyKinds.AttemptProcessing => "Attempt is being confirmed",
        JourneyKinds.AttemptFailed => "Attempt failed",
        JourneyKinds.AttemptRequiresAction => "Attempt requires 3-D Secure",
        JourneyKinds.AttemptCanceled => "Attempt canceled",
        JourneyKinds.AttemptNotSent => "Attempt released: nothing was sent to Stripe",
        JourneyKinds.AttemptRefused => "Attempt refused by Stripe",
        JourneyKinds.PaymentSucceeded => "Outbox committed: payment succeeded",
        JourneyKinds.PaymentFailed => "Outbox committed: payment failed",
        JourneyKinds.PaymentCanceled => "Outbox committed: payment canceled",
        JourneyKinds.PaymentRefunded or JourneyKinds.PaymentPartiallyRefunded => "Outbox committed: refunded",
        JourneyKinds.PaymentProcessing => "Payment is being confirmed",
        JourneyKinds.PaymentRequiresAction => "Payment waits for 3-D Secure",
        JourneyKinds.EventPublished => service == "PaymentApi" ? "Published to topic payments" : "Published to topic orders",
        JourneyKinds.EventRepublished => "Published again because it had not arrived",
        JourneyKinds.EventChecked => "Delivery checked: the event has arrived",
        JourneyKinds.EventConsumed => "Consumed from topic payments",
        JourneyKinds.OrderPaid => "Order paid",
        JourneyKinds.OrderPaymentFailed => "Order: payment failed",
        JourneyKinds.OrderRefunded or JourneyKinds.OrderPartiallyRefunded => "Order refunded",
        JourneyKinds.OrderCanceled => "Order canceled",
        JourneyKinds.OrderAwaitingPayment => "Order awaiting payment",
        JourneyKinds.PushedSocket => $"Pushed to {Count(step.Detail, "socket")}",
        JourneyKinds.PushedPage => $"Shown on {Count(step.Detail, "page")}",
        JourneyKinds.RefundRequested => "Refund requested",
        JourneyKinds.RefundSucceeded => "Refunded by Stripe",
        JourneyKinds.RefundFailed => "Refund failed",
        JourneyKinds.RefundPending => "Refund pending",
        JourneyKinds.RefundNotSent => "Refund released: nothing was sent to Stripe",
        JourneyKinds.WebhookReceived => "Webhook from Stripe",
        JourneyKinds.WebhookDelivered => "Webhook delivered to the shop",
        JourneyKinds.WebhookNotDelivered => "Webhook not delivered",
        JourneyKinds.DisputeOpened => "Disputed by the customer's bank",
        JourneyKinds.DeadLetter => "Dead letter: could not be applied",
        JourneyKinds.DeadLetterReplayed => "Dead letter replayed",
        JourneyKinds.Operator => "Operator action",
        var other => other.Replace('_', ' ').Replace(".", ": ", StringComparison.Ordinal),
    };

    static string Count(string? number, string what) => number == "1" ? $"1 {what}" : $"{number} {what}s";
}
