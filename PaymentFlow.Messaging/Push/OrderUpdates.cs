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
    readonly ConcurrentDictionary<Guid, ImmutableArray<Watcher>> _watchers = new();

    /// <summary>
    /// Calls <paramref name="onUpdate"/> for every update of the order that reaches this process, on the thread that
    /// brings it, perhaps twice and out of order. It must return at once and must not throw. Disposing ends it.
    /// </summary>
    /// <param name="seen">The newest version that the watcher has, 0 before the first; asked on any thread.</param>
    public IDisposable Subscribe(Guid orderId, Action<OrderEvent> onUpdate, Func<long> seen)
    {
        Watcher watcher = new(onUpdate, seen);
        _watchers.AddOrUpdate(orderId, [watcher], (_, watchers) => watchers.Add(watcher));
        return new Subscription(this, orderId, watcher);
    }

    /// <summary>Tells this process's watchers of the order, if there are any.</summary>
    public void Publish(OrderEvent update)
    {
        if (!_watchers.TryGetValue(update.OrderId, out var watchers)) return;
        foreach (var watcher in watchers) watcher.OnUpdate(update);
    }

    /// <summary>The orders that are watched now, each with the version that every watcher of it has at least.</summary>
    public IEnumerable<KeyValuePair<Guid, long>> Watched() =>
        _watchers.Select(order => KeyValuePair.Create(order.Key, order.Value.Min(watcher => watcher.Seen())));

    void Unsubscribe(Guid orderId, Watcher watcher)
    {
        while (_watchers.TryGetValue(orderId, out var watchers))
        {
            var left = watchers.Remove(watcher);
            var done = left.IsEmpty
                ? _watchers.TryRemove(new(orderId, watchers))
                : _watchers.TryUpdate(orderId, left, watchers);
            if (done) return;
        }
    }

    // A class, because two that watch alike are still two.
    sealed class Watcher(Action<OrderEvent> onUpdate, Func<long> seen)
    {
        public Action<OrderEvent> OnUpdate { get; } = onUpdate;

        public Func<long> Seen { get; } = seen;
    }

    sealed class Subscription(OrderUpdates updates, Guid orderId, Watcher watcher) : IDisposable
    {
        int _disposed;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _disposed, 1) == 0) updates.Unsubscribe(orderId, watcher);
        }
    }
}
