using PaymentFlow.Persistence.Database;

namespace PaymentFlow.OrderService.Orders;

/// <summary>Which of the merchant's orders to list. Null means all.</summary>
/// <param name="From">Created at this time or later.</param>
/// <param name="To">Created before this time.</param>
sealed record OrderFilter(string? Reference, string? Status, DateTimeOffset? From, DateTimeOffset? To)
{
    /// <summary>No order that was created at <see cref="From"/> or later has a smaller id.</summary>
    public Guid SmallestId => TimeOrderedIds.Smallest(From);

    /// <summary>All orders that were created before <see cref="To"/> have a smaller id.</summary>
    public Guid EndOfIds => TimeOrderedIds.End(To);
}
