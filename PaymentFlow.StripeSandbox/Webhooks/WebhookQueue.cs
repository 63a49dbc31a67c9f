using System.Threading.Channels;
using PaymentFlow.StripeSandbox.Events;

namespace PaymentFlow.StripeSandbox.Webhooks;

/// <summary>An event to deliver, and how.</summary>
sealed record Delivery(StripeEvent Event, Fate Fate);

/// <summary>Passes events to the sender. The queue is unbounded, so only <see cref="WebhookPlan"/> can drop an event.</summary>
sealed class WebhookQueue(SandboxOptions options, WebhookPlan plan)
{
    readonly Channel<Delivery> _deliveries = Channel.CreateUnbounded<Delivery>();

    public ChannelReader<Delivery> Reader => _deliveries.Reader;

    /// <summary>Whether an endpoint is configured that receives this type of event.</summary>
    public bool Wants(string type) =>
        options.WebhookEndpoint is not null && (options.WebhookEvents is not { Count: > 0 } chosen || chosen.Contains(type));

    public void Enqueue(StripeEvent happened)
    {
        if (happened.Header.Pending) _deliveries.Writer.TryWrite(new(happened, plan.Next()));
    }
}
