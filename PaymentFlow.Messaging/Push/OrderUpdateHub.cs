using System.Collections.Concurrent;
using System.Collections.Immutable;
using PaymentFlow.Contracts.Events;

namespace PaymentFlow.Messaging.Push;

/// <summary>
/// The watchers of orders in this process. A watcher subscribes first, then reads the snapshot, and then ignores every version that
/// is not above the newest it has. So it misses no update, and a repeated update has no effect.
/// </summary>
public sealed class OrderUpdateHub
{
    readonly ConcurrentDictionary<Guid, ImmutableArray<Watcher>> _watchers = new();
    ImmutableArray<Action<OrderEvent>> _listeners = [];

    /// <summary>
    /// Calls <paramref name="onUpdate"/> for every update of the order that reaches this process, on the thread that receives it,
    /// possibly twice and out of order. The callback must return at once and must not throw. Disposing the result unsubscribes.
    /// </summary>
    /// <param name="seen">Returns the newest version that the watcher has, 0 before the first. Called on any thread.</param>
    public IDisposable Subscribe(Guid orderId, Action<OrderEvent> onUpdate, Func<long> seen)
    {
        Watcher watcher = new(onUpdate, seen);
        _watchers.AddOrUpdate(orderId, [watcher], (_, watchers) => watchers.Add(watcher));
        return new Subscription(() => Unsubscribe(orderId, watcher));
    }

    /// <summary>
    /// Calls <paramref name="onUpdate"/> for every update of any order that reaches this process, under the same conditions as
    /// <see cref="Subscribe"/>. No sweep delivers the updates that it misses.
    /// </summary>
    public IDisposable SubscribeToAll(Action<OrderEvent> onUpdate)
    {
        ImmutableInterlocked.Update(ref _listeners, listeners => listeners.Add(onUpdate));
        return new Subscription(() => ImmutableInterlocked.Update(ref _listeners, listeners => listeners.Remove(onUpdate)));
    }

    /// <summary>Passes the update to this process's watchers of the order and to the listeners for all orders.</summary>
    public void Publish(OrderEvent update)
    {
        foreach (var listener in _listeners) listener(update);
        if (!_watchers.TryGetValue(update.OrderId, out var watchers)) return;
        foreach (var watcher in watchers) watcher.OnUpdate(update);
    }

    /// <summary>Whether this process has a watcher or a listener for updates of this order.</summary>
    public bool Concerns(Guid orderId) => !_listeners.IsEmpty || _watchers.ContainsKey(orderId);

    /// <summary>The orders watched now, each with the lowest version among its watchers.</summary>
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

    // A class and not a record, because two watchers with the same members are still two watchers.
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
