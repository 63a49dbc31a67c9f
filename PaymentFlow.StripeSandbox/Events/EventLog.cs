using System.Collections.Concurrent;
using PaymentFlow.StripeSandbox.Lists;
using PaymentFlow.StripeSandbox.Objects;

namespace PaymentFlow.StripeSandbox.Events;

/// <summary>
/// All events in order, and which of them are not yet delivered. List Events returns the events of the last 30 days, as at Stripe, and at
/// most the newest <see cref="Keep"/>, which limits memory. An undelivered event is delivered regardless of its age.
/// </summary>
sealed class EventLog(TimeProvider time)
{
    public const int Keep = 100_000;
    static readonly TimeSpan Reach = TimeSpan.FromDays(30);

    readonly OrderedIndex<StripeEvent> _events = new(Keep);
    readonly ConcurrentDictionary<string, StripeEvent> _undelivered = new(StringComparer.Ordinal);
    readonly ConcurrentDictionary<string, byte> _dropped = new(StringComparer.Ordinal);

    public OrderedIndex<StripeEvent> All => _events;

    /// <summary>The events that are not yet delivered, oldest first.</summary>
    public IReadOnlyList<StripeEvent> Undelivered => [.. _undelivered.Values.OrderBy(e => e.Header.Created)];

    public IReadOnlyList<StripeEvent> Add(
        IReadOnlyList<EventHeader> headers, PaymentIntent intent, string? requestId, string? idempotencyKey)
    {
        var added = new StripeEvent[headers.Count];
        for (var i = 0; i < added.Length; i++)
        {
            added[i] = new(headers[i], intent, requestId, idempotencyKey);
            _events.Set(headers[i].Id, added[i]);
            if (headers[i].Pending) _undelivered[headers[i].Id] = added[i];
        }
        return added;
    }

    public void MarkDelivered(string id) => _undelivered.TryRemove(id, out _);

    /// <summary>The event will never be delivered, because <see cref="Webhooks.WebhookPlan"/> dropped it.</summary>
    public void MarkDropped(string id)
    {
        if (_undelivered.TryRemove(id, out _)) _dropped[id] = 0;
    }

    public bool IsDelivered(StripeEvent happened) =>
        !_undelivered.ContainsKey(happened.Header.Id) && !_dropped.ContainsKey(happened.Header.Id);

    public bool IsListed(StripeEvent happened) => happened.Header.Created > (time.GetUtcNow() - Reach).ToUnixTimeSeconds();

    /// <summary>The event with its current <c>pending_webhooks</c>.</summary>
    public StripeEvent Now(StripeEvent happened) => happened with { Header = happened.Header with { Pending = !IsDelivered(happened) } };
}
