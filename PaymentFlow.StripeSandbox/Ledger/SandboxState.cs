using System.Collections.Concurrent;
using PaymentFlow.StripeSandbox.Events;
using PaymentFlow.StripeSandbox.Idempotency;
using PaymentFlow.StripeSandbox.Lists;
using PaymentFlow.StripeSandbox.Objects;
using PaymentFlow.StripeSandbox.Protocol;
using PaymentFlow.StripeSandbox.Storage;

namespace PaymentFlow.StripeSandbox.Ledger;

/// <summary>Holds one PaymentIntent. A writer must hold <see cref="Gate"/>; <see cref="Current"/> can be read at any time.</summary>
sealed class PaymentIntentSlot(PaymentIntent current)
{
    PaymentIntent _current = current;

    public SemaphoreSlim Gate { get; } = new(1, 1);

    readonly List<string> _charges = [];

    /// <summary>The ids of all charges, failed ones too, oldest first.</summary>
    public IReadOnlyList<string> Charges
    {
        get { lock (_charges) return [.. _charges]; }
    }

    public void Note(Charge charge)
    {
        lock (_charges)
            if (!_charges.Contains(charge.Id)) _charges.Add(charge.Id);
    }

    public PaymentIntent Current { get => Volatile.Read(ref _current); set => Volatile.Write(ref _current, value); }
}

/// <summary>The state in memory, built from the journal's lines. New lines and lines read at startup are applied alike.</summary>
sealed class SandboxState(IdempotencyKeys keys, EventLog events)
{
    readonly ConcurrentQueue<Charge> _charges = new();

    public OrderedIndex<PaymentIntentSlot> Intents { get; } = new();

    /// <summary>All charges in their current state, failed ones too.</summary>
    public OrderedIndex<Charge> AllCharges { get; } = new();

    public OrderedIndex<Refund> Refunds { get; } = new();

    public OrderedIndex<Dispute> Disputes { get; } = new();

    /// <summary>All charges whose money moved, in the order of creation.</summary>
    public IEnumerable<Charge> Charges => _charges;

    public int ChargeCount => _charges.Count;

    public PaymentIntentSlot? Find(string id) => Intents.Find(id);

    /// <returns>The events in the line.</returns>
    public IReadOnlyList<StripeEvent> Apply(JournalEntry entry)
    {
        if (entry.Delivered is { } delivered) events.MarkDelivered(delivered);
        if (entry.Dropped is { } dropped) events.MarkDropped(dropped);
        if (entry.Intent is not { } intent) return [];

        if (entry.Charged) _charges.Enqueue(intent.LatestCharge!);
        // No race here: the caller holds the gate of an existing PaymentIntent, and the id of a new one is not known to any client yet.
        var slot = Find(intent.Id);
        if (slot is null) Intents.Set(intent.Id, slot = new(intent));
        slot.Current = intent;
        if (intent.LatestCharge is { } charge)
        {
            slot.Note(charge);
            AllCharges.Set(charge.Id, charge);
            foreach (var refund in charge.Refunds ?? []) Refunds.Set(refund.Id, refund);
            foreach (var dispute in charge.Disputes ?? []) Disputes.Set(dispute.Id, dispute);
        }
        if (entry.Key is { } key)
            keys.Keep(key, new Answer(
                entry.RequestId ?? "", key.Status, Books.Content(intent, key.Subject, key.Error), key.Error, key.Expand));
        return entry.Events is { Count: > 0 } headers ? events.Add(headers, intent, entry.RequestId, entry.Key?.Key) : [];
    }
}
