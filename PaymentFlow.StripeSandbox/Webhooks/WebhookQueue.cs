using System.Threading.Channels;

namespace PaymentFlow.StripeSandbox.Webhooks;

/// <summary>Hands events over to the sender without making anybody wait. Endless on purpose: an event is never dropped.</summary>
internal sealed class WebhookQueue(SandboxOptions options)
{
    readonly Channel<StripeEvent> _events = Channel.CreateUnbounded<StripeEvent>();

    public ChannelReader<StripeEvent> Reader => _events.Reader;

    /// <summary>Whether an endpoint is configured that listens to this type of event.</summary>
    public bool Wants(string type) =>
        options.WebhookEndpoint is not null && (options.WebhookEvents is not { Count: > 0 } chosen || chosen.Contains(type));

    public void Enqueue(StripeEvent happened)
    {
        if (happened.Header.Pending) _events.Writer.TryWrite(happened);
    }
}
