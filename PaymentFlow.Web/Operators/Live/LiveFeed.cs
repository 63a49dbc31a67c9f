using System.Threading.Channels;
using PaymentFlow.Contracts.Events;

namespace PaymentFlow.Web.Operators.Live;

/// <summary>
/// The newest order changes for one page. If changes arrive faster than the page takes them, the oldest waiting changes are dropped and
/// counted.
/// </summary>
public sealed class LiveFeed
{
    /// <summary>The maximum number of waiting changes, and of shown changes.</summary>
    public const int Length = 100;

    readonly Channel<OrderEvent> _news;
    long _passedBy;

    public LiveFeed() => _news = Channel.CreateBounded<OrderEvent>(
        new BoundedChannelOptions(Length) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true },
        _ => Interlocked.Increment(ref _passedBy));

    /// <summary>The shown changes, newest first.</summary>
    public IReadOnlyList<OrderEvent> Shown { get; private set; } = [];

    /// <summary>The number of changes that were dropped without being shown.</summary>
    public long PassedBy => Interlocked.Read(ref _passedBy);

    /// <summary>Adds a change without blocking. Safe to call from any thread.</summary>
    public void Offer(OrderEvent update) => _news.Writer.TryWrite(update);

    /// <summary>Waits until a change can be taken.</summary>
    public async Task WaitAsync(CancellationToken cancellationToken) => await _news.Reader.WaitToReadAsync(cancellationToken);

    /// <summary>Moves the waiting changes to <see cref="Shown"/>. Each version of an order is shown once.</summary>
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
