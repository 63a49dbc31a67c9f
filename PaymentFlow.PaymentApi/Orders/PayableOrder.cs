namespace PaymentFlow.PaymentApi.Orders;

/// <summary>What PaymentApi needs of an order. The amount charged comes from here and from nowhere else.</summary>
/// <param name="Amount">In the currency's minor unit; immutable for the order's life.</param>
public sealed record PayableOrder(Guid Id, string? Reference, string Status, long Amount, string Currency);
