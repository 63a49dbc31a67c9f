using System.Globalization;
using PaymentFlow.Contracts.Events;
using PaymentFlow.Messaging.Push;

namespace PaymentFlow.OrderService.Live;

/// <summary>
/// One client that follows an order. It keeps only the newest state, so a slow client skips versions instead of building a queue. The
/// versions that it sends only increase, even if updates arrive out of order.
/// </summary>
abstract class LiveConnection(string transport, CultureInfo language, PushReceiptWriter journal, TimeProvider time)
{
    OrderEvent? _newest;

    /// <summary>The newest version that was offered; 0 before the first.</summary>
    public long Newest => Volatile.Read(ref _newest)?.Version ?? 0;

    /// <summary>The version that the client has; 0 if it has none. Only the sender uses it.</summary>
    protected long Sent { get; set; }

    protected TimeProvider Time => time;

    /// <summary>Keeps <paramref name="state"/> for sending if it is newer. Never blocks; safe on any thread.</summary>
    public void Offer(OrderEvent state)
    {
        for (var seen = Volatile.Read(ref _newest); seen is null || seen.Version < state.Version;)
        {
            var before = Interlocked.CompareExchange(ref _newest, state, seen);
            if (ReferenceEquals(before, seen))
            {
                Wake();
                return;
            }
            seen = before;
        }
    }

    /// <summary>Makes the sender look for what it has to send. Never blocks; safe on any thread.</summary>
    protected abstract void Wake();

    /// <summary>The newest state if the client does not have it yet.</summary>
    protected OrderEvent? Unsent() => Volatile.Read(ref _newest) is { } state && state.Version > Sent ? state : null;

    protected byte[] FrameOf(OrderEvent state) => LiveFrame.For(state, language);

    /// <summary>Records that the client has the state.</summary>
    protected void Record(OrderEvent state)
    {
        // Do not count the first frame: it is the state that was read, not a push.
        if (Sent > 0)
        {
            LiveMetrics.Pushed(transport, Time.GetUtcNow() - state.UpdatedAt);
            journal.Shown(state.OrderId, state.Version);
        }
        Sent = state.Version;
    }

    /// <summary>Counts the connection until the result is disposed of.</summary>
    protected LiveMetrics.OpenConnection Count() => LiveMetrics.Opened(transport);
}
