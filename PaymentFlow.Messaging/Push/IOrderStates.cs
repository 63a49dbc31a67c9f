using PaymentFlow.Messaging.Events;

namespace PaymentFlow.Messaging.Push;

/// <summary>Where the truth about orders is: OrderService's database, read in one call.</summary>
public interface IOrderStates
{
    /// <param name="seen">At most 1,000 orders, each with the version that somebody has seen.</param>
    /// <returns>Those of them that are newer, as they are now.</returns>
    Task<IReadOnlyList<OrderEvent>> NewerAsync(IReadOnlyDictionary<Guid, long> seen, CancellationToken cancellationToken);
}
