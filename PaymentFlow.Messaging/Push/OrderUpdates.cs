using System.Collections.Concurrent;
using System.Collections.Immutable;
using PaymentFlow.Messaging.Events;

namespace PaymentFlow.Messaging.Push;

/// <summary>
/// Who, in this process, watches which order. A watcher subscribes first, then reads the snapshot, then drops every
/// version that is not higher than the newest it has: so it misses nothing, and a second arrival is a no-op.
/// </summary>
public sealed class OrderUpdates
{
    readonly ConcurrentDictionary<Guid, ImmutableArray<Action<OrderEvent>>> _watchers = new();

    /// <summary>
    /// Calls <paramref name="onUpdate"/> for every update of the order that reaches this process, on the thread that
    /// brings it, perhaps twice and out of order. It must return at once and must not throw. Disposing ends it.
    /// </summary>
    public IDisposable Subscribe(Guid orderId, Action<OrderEvent> onUpdate)
    {
        _watchers.AddOrUpdate(orderId, [onUpdate], (_, watchers) => watchers.Add(onUpdate));
        return new Subscription(this, orderId, onUpdate);
    }

    /// <summary>Tells this process's watchers of the order, if there are any.</summary>
    public void Publish(OrderEvent update)
    {
        if (!_watchers.TryGetValue(update.OrderId, out var watchers)) return;
        foreach (var watcher in watchers) watcher(update);
    }

    void Unsubscribe(Guid orderId, Action<OrderEvent> onUpdate)
    {
        while (_watchers.TryGetValue(orderId, out var watchers))
        {
            var left = watchers.Remove(onUpdate);
            var done = left.IsEmpty
                ? _watchers.TryRemove(new(orderId, watchers))
                : _watchers.TryUpdate(orderId, left, watchers);
            if (done) return;
        }
    }

    sealed class Subscription(OrderUpdates updates, Guid orderId, Action<OrderEvent> onUpdate) : IDisposable
    {
        int _disposed;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _disposed, 1) == 0) updates.Unsubscribe(orderId, onUpdate);
        }
    }
}
