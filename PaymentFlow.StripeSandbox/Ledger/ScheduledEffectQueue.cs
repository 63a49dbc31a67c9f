using System.Collections.Concurrent;
using System.Threading.Channels;
using PaymentFlow.StripeSandbox.Objects;

namespace PaymentFlow.StripeSandbox.Ledger;

/// <summary>
/// A later change of a PaymentIntent that no API call triggers. <paramref name="Subject"/> is the id of the refund or charge that it
/// changes.
/// </summary>
sealed record ScheduledEffect(string PaymentIntent, string Subject);

/// <summary>
/// The after-effects that are still to come: a pending refund succeeds, a succeeded refund fails, a bank opens a dispute.
/// They are derived from the state of the PaymentIntent, so a restart loses none.
/// </summary>
sealed class ScheduledEffectQueue
{
    readonly Channel<ScheduledEffect> _effects = Channel.CreateUnbounded<ScheduledEffect>();
    readonly ConcurrentDictionary<ScheduledEffect, byte> _known = new();

    public ChannelReader<ScheduledEffect> Reader => _effects.Reader;

    /// <summary>Enqueues the after-effects of this PaymentIntent state that are not queued yet.</summary>
    public void Enqueue(PaymentIntent intent)
    {
        foreach (var effect in Of(intent))
            if (_known.TryAdd(effect, 0)) _effects.Writer.TryWrite(effect);
    }

    public void Forget(ScheduledEffect effect) => _known.TryRemove(effect, out _);

    static IEnumerable<ScheduledEffect> Of(PaymentIntent intent)
    {
        if (intent.LatestCharge is not { Paid: true } charge) yield break;
        if (charge.WillBeDisputed) yield return new(intent.Id, charge.Id);
        if (charge.Refunds is null) yield break;
        foreach (var refund in charge.Refunds)
            if (refund.Becomes is not null) yield return new(intent.Id, refund.Id);
    }
}
