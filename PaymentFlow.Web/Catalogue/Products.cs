namespace PaymentFlow.Web.Catalogue;

/// <summary>A product of the shop, with texts in the customer's language.</summary>
public sealed record Product(string Id, string Name, string Description, long UnitAmount, string Currency);

/// <summary>A product that the customer wants to buy.</summary>
public sealed record OrderLine(string ProductId, long Quantity);

/// <summary>A product in an order, with its price when it was ordered.</summary>
/// <param name="UnitAmount">In the currency's minor unit.</param>
public sealed record OrderItem(string ProductId, string Name, long Quantity, long UnitAmount);
