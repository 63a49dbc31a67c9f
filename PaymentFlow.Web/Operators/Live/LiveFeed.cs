using System.Threading.Channels;
using PaymentFlow.Messaging.Events;

namespace PaymentFlow.Web.Operators.Live;

/// <summary>
/// What happens to the orders, for one page: the newest, however many there are. What comes faster than the page takes it pushes out
/// the oldest that it has not taken, and is counted.
/// </summary>
public sealed class LiveFeed
{
    /// <summary>As many are kept, waiting and shown.</summary>
    public const int Length = 100;

    readonly Channel<OrderEvent> _news;
    long _passedBy;

    public LiveFeed() => _news = Channel.CreateBounded<OrderEvent>(
        new BoundedChannelOptions(Length) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true },
        _ => Interlocked.Increment(ref _passedBy));

    /// <summary>The newest first.</summary>
    public IReadOnlyList<OrderEvent> Shown { get; private set; } = [];

    /// <summary>Those that were never shown.</summary>
    public long PassedBy => Interlocked.Read(ref _passedBy);

    /// <summary>Returns at once, on any thread.</summary>
    public void Offer(OrderEvent update) => _news.Writer.TryWrite(update);

    /// <summary>Until there is something to take.</summary>
    public async Task WaitAsync(CancellationToken cancellationToken) => await _news.Reader.WaitToReadAsync(cancellationToken);

    /// <summary>Shows what has come; the same version of an order once.</summary>
    public void Take()
    {
        var seen = Shown.Select(update => (update.OrderId, update.Version)).ToHashSet();
        List<OrderEvent> news = [];
        while (news.Count < Length && _news.Reader.TryRead(out var update))
            if (seen.Add((update.OrderId, update.Version))) news.Add(update);
        news.Reverse();
        Shown = [.. news.Concat(Shown).Take(Length)];
    }
}
