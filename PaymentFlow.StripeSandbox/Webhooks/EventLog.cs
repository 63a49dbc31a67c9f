using System.Collections.Concurrent;

namespace PaymentFlow.StripeSandbox.Webhooks;

/// <summary>Every event ever, in order, and which of them their endpoint has not yet taken.</summary>
internal sealed class EventLog
{
    readonly ConcurrentQueue<StripeEvent> _events = new();
    readonly ConcurrentDictionary<string, StripeEvent> _undelivered = new(StringComparer.Ordinal);

    public IEnumerable<StripeEvent> All => _events;

    public IReadOnlyList<StripeEvent> Undelivered => [.. _undelivered.Values.OrderBy(e => e.Header.Created)];

    public IReadOnlyList<StripeEvent> Add(
        IReadOnlyList<EventHeader> headers, PaymentIntents.PaymentIntent intent, string? requestId, string? idempotencyKey)
    {
        var added = new StripeEvent[headers.Count];
        for (var i = 0; i < added.Length; i++)
        {
            added[i] = new(headers[i], intent, requestId, idempotencyKey);
            _events.Enqueue(added[i]);
            if (headers[i].Pending) _undelivered[headers[i].Id] = added[i];
        }
        return added;
    }

    public void MarkDelivered(string id) => _undelivered.TryRemove(id, out _);
}
