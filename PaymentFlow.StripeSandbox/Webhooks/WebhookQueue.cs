using System.Threading.Channels;
using PaymentFlow.StripeSandbox.Events;

namespace PaymentFlow.StripeSandbox.Webhooks;

/// <summary>An event on its way.</summary>
internal sealed record Delivery(StripeEvent Event, Fate Fate);

/// <summary>Hands events over to the sender without making anybody wait. Endless on purpose: none is lost unless that was asked for.</summary>
internal sealed class WebhookQueue(SandboxOptions options, WebhookPlan plan)
{
    readonly Channel<Delivery> _deliveries = Channel.CreateUnbounded<Delivery>();

    public ChannelReader<Delivery> Reader => _deliveries.Reader;

    /// <summary>Whether an endpoint is configured that listens to this type of event.</summary>
    public bool Wants(string type) =>
        options.WebhookEndpoint is not null && (options.WebhookEvents is not { Count: > 0 } chosen || chosen.Contains(type));

    public void Enqueue(StripeEvent happened)
    {
        if (happened.Header.Pending) _deliveries.Writer.TryWrite(new(happened, plan.Next()));
    }
}
