namespace PaymentFlow.PaymentApi.Orders;

/// <summary>
/// What PaymentApi needs of an order, none of which ever changes. The amount charged comes from here and from nowhere else.
/// </summary>
/// <param name="Amount">In the currency's minor unit.</param>
public sealed record PayableOrder(Guid Id, string? Reference, long Amount, string Currency);
