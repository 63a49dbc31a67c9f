using PaymentFlow.Messaging.Journey;

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
        "order.created" => "Order created",
        "payment.accepted" => "Payment accepted",
        "attempt.started" => "Attempt started",
        "attempt.succeeded" => "Attempt succeeded",
        "attempt.failed" => "Attempt failed",
        "attempt.requires_action" => "Attempt requires 3-D Secure",
        "attempt.canceled" => "Attempt canceled",
        "attempt.not_sent" => "Attempt released: nothing was sent to Stripe",
        "attempt.refused" => "Attempt refused by Stripe",
        "payment.succeeded" => "Outbox committed: payment succeeded",
        "payment.failed" => "Outbox committed: payment failed",
        "payment.canceled" => "Outbox committed: payment canceled",
        "payment.refunded" or "payment.partially_refunded" => "Outbox committed: refunded",
        "payment.processing" => "Payment is being confirmed",
        "payment.requires_action" => "Payment waits for 3-D Secure",
        "event.published" => service == "PaymentApi" ? "Published to topic payments" : "Published to topic orders",
        "event.republished" => "Published again because it had not arrived",
        "event.checked" => "Delivery checked: the event has arrived",
        "event.consumed" => "Consumed from topic payments",
        "order.paid" => "Order paid",
        "order.payment_failed" => "Order: payment failed",
        "order.refunded" or "order.partially_refunded" => "Order refunded",
        "order.canceled" => "Order canceled",
        "order.awaiting_payment" => "Order awaiting payment",
        "pushed.socket" => $"Pushed to {Count(step.Detail, "socket")}",
        "pushed.page" => $"Shown on {Count(step.Detail, "page")}",
        "refund.requested" => "Refund requested",
        "refund.succeeded" => "Refunded by Stripe",
        "refund.failed" => "Refund failed",
        "refund.pending" => "Refund pending",
        "refund.not_sent" => "Refund released: nothing was sent to Stripe",
        "webhook.received" => "Webhook from Stripe",
        "dispute.opened" => "Disputed by the customer's bank",
        "dead_letter" => "Dead letter: could not be applied",
        "dead_letter.replayed" => "Dead letter replayed",
        "operator" => "Operator action",
        var other => other.Replace('_', ' ').Replace(".", ": ", StringComparison.Ordinal),
    };

    static string Count(string? number, string what) => number == "1" ? $"1 {what}" : $"{number} {what}s";
}
