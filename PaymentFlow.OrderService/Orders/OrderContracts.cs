using System.Globalization;
using System.Text.Json.Serialization;
using PaymentFlow.Contracts.Events;
using PaymentFlow.ServiceDefaults;

namespace PaymentFlow.OrderService.Orders;

/// <summary>Either <c>items</c> (the shop's products), or, with the merchant key, <c>reference, amount, currency</c>.</summary>
/// <param name="Reference">The merchant's own order number, unique. Every event of the order contains it.</param>
/// <param name="Amount">In the currency's minor unit.</param>
/// <param name="Currency">ISO 4217.</param>
public sealed record CreateOrderRequest(
    IReadOnlyList<OrderLine?>? Items = null,
    string? Reference = null,
    [property: JsonConverter(typeof(OptionalInt64Converter))] long? Amount = null,
    string? Currency = null,
    string? Description = null);

/// <summary>A line of an order. Lines with the same product are added up.</summary>
public sealed record OrderLine(
    string ProductId, [property: JsonConverter(typeof(SaturatingInt64Converter))] long Quantity);

/// <summary>An order as its customer sees it.</summary>
/// <param name="Status">
/// <c>awaiting_payment</c>, <c>payment_failed</c>, <c>paid</c>, <c>partially_refunded</c>, <c>refunded</c>, <c>canceled</c>.
/// </param>
/// <param name="Version">Only increases. The WebSocket's frames have the same number.</param>
/// <param name="Amount">In the currency's minor unit.</param>
/// <param name="CanceledBy">
/// <c>customer</c> or <c>operator</c> for a canceled order; absent when the order was canceled because it was not paid in time.
/// </param>
/// <param name="Message">The status for people, in the requested language.</param>
public record OrderResponse(
    Guid Id,
    string Reference,
    string Status,
    long Version,
    long Amount,
    long AmountRefunded,
    string Currency,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Description,
    IReadOnlyList<OrderItem> Items,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? CanceledBy,
    string Message,
    DateTime CreatedAt,
    DateTime UpdatedAt)
{
    public static OrderResponse From(Order order) => new(order.Id, order.Reference, order.Status, order.Version, order.Amount,
        order.AmountRefunded, order.Currency, order.Description, order.Items,
        order is { Status: OrderStatuses.Canceled, CancelRequestedBy: not CancelReasons.Expired } ? order.CancelRequestedBy : null,
        OrderMessages.For(order.Status, CultureInfo.CurrentUICulture), order.CreatedAt.UtcDateTime, order.UpdatedAt.UtcDateTime);
}

/// <summary>A list of orders.</summary>
/// <param name="Next">For a list with more pages. A look-up by reference has one page, so it is null.</param>
public sealed record OrderPage(IReadOnlyList<OrderResponse> Orders, Guid? Next = null);

/// <summary>
/// A new order with its client secret. The secret is returned only here, and again to a repeat with the same <c>Idempotency-Key</c>. It is
/// stored as a hash.
/// </summary>
public sealed record CreatedOrderResponse : OrderResponse
{
    [JsonPropertyOrder(1)]
    public string ClientSecret { get; }

    public CreatedOrderResponse(Order order, string clientSecret) : base(From(order)) => ClientSecret = clientSecret;
}
