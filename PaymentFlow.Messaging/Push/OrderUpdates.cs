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
    ImmutableArray<Action<OrderEvent>> _listeners = [];

    /// <summary>
    /// Calls <paramref name="onUpdate"/> for every update of the order that reaches this process, on the thread that
    /// brings it, perhaps twice and out of order. It must return at once and must not throw. Disposing ends it.
    /// </summary>
    /// <param name="seen">The newest version that the watcher has, 0 before the first; asked on any thread.</param>
    public IDisposable Subscribe(Guid orderId, Action<OrderEvent> onUpdate, Func<long> seen)
    {
        Watcher watcher = new(onUpdate, seen);
        _watchers.AddOrUpdate(orderId, [watcher], (_, watchers) => watchers.Add(watcher));
        return new Subscription(() => Unsubscribe(orderId, watcher));
    }

    /// <summary>
    /// Calls <paramref name="onUpdate"/> for every update of any order that reaches this process; what else <see cref="Subscribe"/>
    /// says holds for it too. No sweep looks after what it misses.
    /// </summary>
    public IDisposable SubscribeToAll(Action<OrderEvent> onUpdate)
    {
        ImmutableInterlocked.Update(ref _listeners, listeners => listeners.Add(onUpdate));
        return new Subscription(() => ImmutableInterlocked.Update(ref _listeners, listeners => listeners.Remove(onUpdate)));
    }

    /// <summary>Tells this process's watchers of the order, if there are any, and whoever listens to all.</summary>
    public void Publish(OrderEvent update)
    {
        foreach (var listener in _listeners) listener(update);
        if (!_watchers.TryGetValue(update.OrderId, out var watchers)) return;
        foreach (var watcher in watchers) watcher.OnUpdate(update);
    }

    /// <summary>Whether anybody in this process would be told of an update of this order.</summary>
    public bool Concerns(Guid orderId) => !_listeners.IsEmpty || _watchers.ContainsKey(orderId);

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

    sealed class Subscription(Action end) : IDisposable
    {
        int _disposed;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _disposed, 1) == 0) end();
        }
    }
}
