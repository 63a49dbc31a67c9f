using PaymentFlow.Contracts.Events;

namespace PaymentFlow.Messaging.Push;

/// <summary>Reads the current state of orders from OrderService's database, in one call.</summary>
public interface IOrderStateReader
{
    /// <param name="seen">At most 1,000 orders, each with the version that its watchers have seen.</param>
    /// <returns>The current state of those orders whose version is newer.</returns>
    Task<IReadOnlyList<OrderEvent>> NewerAsync(IReadOnlyDictionary<Guid, long> seen, CancellationToken cancellationToken);
}
