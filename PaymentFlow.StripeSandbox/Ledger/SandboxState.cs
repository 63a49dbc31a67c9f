using System.Collections.Concurrent;
using PaymentFlow.StripeSandbox.Api;
using PaymentFlow.StripeSandbox.Idempotency;
using PaymentFlow.StripeSandbox.PaymentIntents;
using PaymentFlow.StripeSandbox.Webhooks;

namespace PaymentFlow.StripeSandbox.Ledger;

/// <summary>One PaymentIntent's place: whoever changes it holds <see cref="Gate"/>; anybody may read <see cref="Current"/>.</summary>
internal sealed class PaymentIntentSlot(PaymentIntent current)
{
    PaymentIntent _current = current;

    public SemaphoreSlim Gate { get; } = new(1, 1);

    public PaymentIntent Current { get => Volatile.Read(ref _current); set => Volatile.Write(ref _current, value); }
}

/// <summary>Everything that the journal's lines add up to, in memory. Lines are applied in one way only, at start and while running.</summary>
internal sealed class SandboxState(IdempotencyKeys keys, EventLog events)
{
    readonly ConcurrentDictionary<string, PaymentIntentSlot> _intents = new(StringComparer.Ordinal);
    readonly ConcurrentQueue<Charge> _charges = new();

    /// <summary>Every charge whose money moved, in the order in which they were made.</summary>
    public IEnumerable<Charge> Charges => _charges;

    public IEnumerable<PaymentIntent> Intents => _intents.Values.Select(slot => slot.Current);

    public int ChargeCount => _charges.Count;

    public PaymentIntentSlot? Find(string id) => _intents.GetValueOrDefault(id);

    /// <summary>Applies a line read from the file, so that it takes no more memory than the one that was written.</summary>
    public void Restore(JournalEntry entry)
    {
        if (entry.Intent is { } intent) entry = entry with { Intent = Sharing(intent, Find(intent.Id)?.Current) };
        Apply(entry);
    }

    /// <returns>The events that the line tells of.</returns>
    public IReadOnlyList<StripeEvent> Apply(JournalEntry entry)
    {
        if (entry.Delivered is { } delivered) events.MarkDelivered(delivered);
        if (entry.Intent is not { } intent) return [];

        if (entry.Charged) _charges.Enqueue(intent.LatestCharge!);
        if (_intents.TryGetValue(intent.Id, out var slot)) slot.Current = intent;
        else _intents[intent.Id] = new(intent);
        if (entry.Key is { } key)
            keys.Keep(key, new Answer(entry.RequestId ?? "", key.Status, key.Status == 500 ? null : intent, key.Error, key.Expand));
        return entry.Events is { Count: > 0 } headers ? events.Add(headers, intent, entry.RequestId, entry.Key?.Key) : [];
    }

    /// <summary>What a state has in common with the one before it is one object again, as it was while running.</summary>
    static PaymentIntent Sharing(PaymentIntent intent, PaymentIntent? before)
    {
        var metadata = before is not null && Same(intent.Metadata, before.Metadata) ? before.Metadata : intent.Metadata;
        var id = before?.Id ?? intent.Id;
        var currency = string.Intern(intent.Currency);
        var method = intent.PaymentMethod is { } attached ? attached with { Token = string.Intern(attached.Token) } : null;
        return intent with
        {
            Id = id,
            ClientSecret = before?.ClientSecret ?? intent.ClientSecret,
            Currency = currency,
            Status = string.Intern(intent.Status),
            CaptureMethod = string.Intern(intent.CaptureMethod),
            Metadata = metadata,
            PaymentMethodTypes = PaymentIntentParameters.Compatible(intent.AllowedPaymentMethodTypes, currency),
            PaymentMethod = method,
            LatestCharge = intent.LatestCharge is { } charge
                ? charge with
                {
                    PaymentIntent = id,
                    Currency = currency,
                    Metadata = Same(charge.Metadata, metadata) ? metadata : charge.Metadata,
                    PaymentMethod = charge.PaymentMethod.Id == method?.Id ? method : charge.PaymentMethod,
                }
                : null,
        };
    }

    static bool Same(IReadOnlyDictionary<string, string> one, IReadOnlyDictionary<string, string> other) =>
        one.Count == other.Count && one.All(pair => other.TryGetValue(pair.Key, out var value) && value == pair.Value);
}
