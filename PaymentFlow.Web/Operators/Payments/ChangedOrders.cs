using System.Collections.Concurrent;
using System.Threading.Channels;

namespace PaymentFlow.Web.Operators.Payments;

/// <summary>The orders that changed since they were last taken. Of any number of changes it keeps at most two hundred orders.</summary>
public sealed class ChangedOrders
{
    const int MaxOrders = PaymentListClient.MaxOrders;

    readonly Channel<bool> _signal = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    readonly ConcurrentDictionary<Guid, bool> _shown = new();
    readonly ConcurrentDictionary<Guid, bool> _others = new();
    volatile IReadOnlySet<Guid> _watched = new HashSet<Guid>();

    /// <summary>The orders whose payments the page shows, at most as many as it has rows.</summary>
    public void Watch(IReadOnlySet<Guid> orders) => _watched = orders;

    /// <summary>Adds an order without blocking. Safe to call from any thread.</summary>
    public void Offer(Guid order)
    {
        if (_watched.Contains(order)) _shown[order] = true;
        else if (_others.Count < MaxOrders) _others[order] = true;
        _signal.Writer.TryWrite(true);
    }

    /// <summary>Waits until an order has changed.</summary>
    public async Task WaitAsync(CancellationToken cancellationToken) => await _signal.Reader.ReadAsync(cancellationToken);

    /// <summary>The changed orders among the watched, and others.</summary>
    public (IReadOnlyList<Guid> Shown, IReadOnlyList<Guid> Others) Take() => (Take(_shown), Take(_others));

    static List<Guid> Take(ConcurrentDictionary<Guid, bool> orders)
    {
        List<Guid> taken = [.. orders.Keys];
        foreach (var order in taken) orders.TryRemove(order, out _);
        return taken;
    }
}
