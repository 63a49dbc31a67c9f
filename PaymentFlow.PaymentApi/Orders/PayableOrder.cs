namespace PaymentFlow.PaymentApi.Orders;

/// <summary>
/// The fields of an order that PaymentApi needs. They are immutable. The amount charged is always this amount.
/// </summary>
/// <param name="Amount">In the currency's minor unit.</param>
public sealed record PayableOrder(Guid Id, string? Reference, long Amount, string Currency);
