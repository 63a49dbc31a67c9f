namespace PaymentFlow.Contracts.DeliveryCheck;

/// <summary>A part of the sequence of orders' changes.</summary>
/// <param name="Next">Where the next part begins.</param>
/// <param name="Orders">The orders that payments changed in this part, as they are now.</param>
public sealed record OrderChanges(long Next, IReadOnlyDictionary<Guid, OrderVersions> Orders);
