using System.Text.Json;
using System.Text.Json.Serialization;
using PaymentFlow.Contracts.Events;
using PaymentFlow.Web.Catalogue;

namespace PaymentFlow.Web.Orders;

/// <summary>An order in OrderService's responses. Amounts are in the currency's minor unit, times in UTC.</summary>
/// <param name="CanceledBy">For a canceled order: <c>customer</c>, <c>operator</c>, or null if it was not paid in time.</param>
/// <param name="ReturnUrl">In the merchant's shop, for a customer who has paid. See <see cref="ShopReturn"/>.</param>
/// <param name="CancelUrl">In the merchant's shop, for a customer who does not pay.</param>
/// <param name="Locale">The language in which the merchant wants the page; null for the browser's.</param>
public sealed record Order(
    Guid Id, string Reference, string Status, long Version, long Amount, long AmountRefunded, string Currency, string? Description,
    IReadOnlyList<OrderItem> Items, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, string? CanceledBy = null,
    string? ReturnUrl = null, string? CancelUrl = null, string? Locale = null)
{
    /// <summary>Why the order was canceled. Null if it is not canceled.</summary>
    public CancelCause? CancelCause => (Status, CanceledBy) switch
    {
        (not OrderStatuses.Canceled, _) => null,
        (_, CancelReasons.Customer) => Orders.CancelCause.ByCustomer,
        (_, CancelReasons.Operator) => Orders.CancelCause.ByOperator,
        _ => Orders.CancelCause.Expired,
    };

    /// <summary>Whether it is an order of the demo shop. A merchant's order has no items, because the merchant's shop has them.</summary>
    public bool IsOfDemoShop => Items.Count > 0;

    public bool Payable => Status is OrderStatuses.AwaitingPayment or OrderStatuses.PaymentFailed;

    /// <summary>The order with the values of an update. Fields that the update does not contain are kept.</summary>
    public Order With(OrderEvent update) => this with
    {
        Status = update.Status,
        Version = update.Version,
        AmountRefunded = update.AmountRefunded,
        UpdatedAt = update.UpdatedAt,
    };
}

public sealed record CreateOrder(IReadOnlyList<OrderLine> Items);

/// <param name="ClientSecret">Returned only once. Store it in a cookie, never in a page, URL or log.</param>
public sealed record CreatedOrder(Guid Id, string ClientSecret);

/// <param name="Token">Of a checkout link.</param>
public sealed record OpenLink(string Token);

/// <param name="Secret">Gives the rights of the order's client secret. Store it in a cookie, never in a page, URL or log.</param>
/// <param name="Locale">The language in which the merchant wants the page; null for the browser's.</param>
public sealed record CheckoutSession(Guid OrderId, string Secret, string? Locale);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(Order))]
[JsonSerializable(typeof(OpenLink))]
[JsonSerializable(typeof(CheckoutSession))]
[JsonSerializable(typeof(CreateOrder))]
[JsonSerializable(typeof(CreatedOrder))]
[JsonSerializable(typeof(IReadOnlyDictionary<Guid, long>))]
[JsonSerializable(typeof(List<OrderEvent>))]
sealed partial class OrderJson : JsonSerializerContext;
