using PaymentFlow.Messaging.Journey;

namespace PaymentFlow.Web.Operators;

/// <summary>A step of the whole way, in words, with the time that it took to get there.</summary>
/// <param name="Since">From the step before it; null for the first. Negative times, of clocks that differ, are shown as none.</param>
public sealed record JourneyLine(DateTimeOffset At, TimeSpan? Since, string Service, JourneyStep Step, string Words)
{
    /// <summary>Both services' steps, by time.</summary>
    public static IReadOnlyList<JourneyLine> Merge(IReadOnlyList<JourneyStep> orders, IReadOnlyList<JourneyStep> payments)
    {
        // A stable sort: what a service tells at the same moment stays in its order.
        var steps = payments.Select(step => (Step: step, Service: "PaymentApi")).Concat(orders.Select(step => (Step: step, Service: "OrderService")))
            .OrderBy(one => one.Step.At).ToList();
        return [.. steps.Select((one, i) => new JourneyLine(
            one.Step.At, i == 0 ? null : one.Step.At - steps[i - 1].Step.At, one.Service, one.Step, WordsOf(one.Service, one.Step)))];
    }

    static string WordsOf(string service, JourneyStep step) => step.Kind switch
    {
        "order.created" => "Ordered",
        "payment.accepted" => "Payment accepted",
        "attempt.started" => "Stripe asked",
        "attempt.succeeded" => "Stripe's yes",
        "attempt.failed" => "Stripe's no",
        "attempt.requires_action" => "Stripe wants 3-D Secure",
        "attempt.canceled" => "Attempt canceled",
        "attempt.not_sent" => "Attempt given back: nothing was sent to Stripe",
        "attempt.refused" => "Attempt refused by Stripe",
        "payment.succeeded" => "Outbox committed: payment succeeded",
        "payment.failed" => "Outbox committed: payment failed",
        "payment.canceled" => "Outbox committed: payment canceled",
        "payment.refunded" or "payment.partially_refunded" => "Outbox committed: refunded",
        "payment.processing" => "Being confirmed",
        "payment.requires_action" => "Waits for 3-D Secure",
        "event.published" => service == "PaymentApi" ? "Published to payments" : "Published to orders",
        "event.republished" => "Published again: it had not arrived",
        "event.checked" => "Checked end to end: it has arrived",
        "event.consumed" => "Consumed from payments",
        "order.paid" => "Order paid",
        "order.payment_failed" => "Order: payment failed",
        "order.refunded" or "order.partially_refunded" => "Order refunded",
        "order.canceled" => "Order canceled",
        "order.awaiting_payment" => "Order awaits payment",
        "pushed.socket" => $"Pushed to {Count(step.Detail, "socket")}",
        "pushed.page" => $"Shown on {Count(step.Detail, "page")}",
        "refund.requested" => "Refund asked for",
        "refund.succeeded" => "Refunded by Stripe",
        "refund.failed" => "Refund failed",
        "refund.pending" => "Refund under way",
        "refund.not_sent" => "Refund given back: nothing was sent to Stripe",
        "webhook.received" => "Webhook from Stripe",
        "dispute.opened" => "Disputed by the customer's bank",
        "dead_letter" => "Dead letter: could not be applied",
        "dead_letter.replayed" => "Dead letter replayed",
        "operator" => "An operator",
        var other => other.Replace('_', ' ').Replace(".", ": ", StringComparison.Ordinal),
    };

    static string Count(string? number, string what) => number == "1" ? $"1 {what}" : $"{number} {what}s";
}
