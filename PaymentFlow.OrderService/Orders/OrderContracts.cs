using System.Globalization;
using System.Text.Json.Serialization;
using PaymentFlow.Contracts.Events;
using PaymentFlow.ServiceDefaults;

namespace PaymentFlow.OrderService.Orders;

/// <summary>Either <c>items</c> (the shop's products), or, with the merchant key, <c>reference, amount, currency</c>.</summary>
/// <param name="Reference">The merchant's own order number, unique. Every event of the order contains it.</param>
/// <param name="Amount">In the currency's minor unit.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="ReturnUrl">
/// Where the checkout sends the customer after the payment; its origin must be one of Clients:AllowedOrigins. The checkout adds
/// <c>order</c>, <c>reference</c> and <c>status</c> to its query.
/// </param>
/// <param name="CancelUrl">The same for a customer who does not pay.</param>
/// <param name="CustomerEmail">For Stripe's receipt. Deleted after 30 days.</param>
/// <param name="Locale">The language of the checkout: <c>en</c>, <c>ru</c>, or one of them with a region, such as <c>en-GB</c>.</param>
/// <param name="ExpiresAt">When the order is canceled if it is unpaid: in 5 minutes to 30 days. One day by default.</param>
/// <param name="Metadata">At most 20 pairs, which every event of the order contains.</param>
/// <remarks>
/// A body is hashed to recognize repeats. A member that is not written if it is null leaves the hashes of older bodies as they were.
/// </remarks>
public sealed record CreateOrderRequest(
    IReadOnlyList<OrderLine?>? Items = null,
    string? Reference = null,
    [property: JsonConverter(typeof(OptionalInt64Converter))] long? Amount = null,
    string? Currency = null,
    string? Description = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? ReturnUrl = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? CancelUrl = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? CustomerEmail = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Locale = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTimeOffset? ExpiresAt = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyDictionary<string, string?>? Metadata = null)
{
    /// <summary>Whether the request has nothing that only a merchant may set.</summary>
    internal bool IsOfCatalogue => this with { Items = null } == new CreateOrderRequest();
}

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
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ReturnUrl { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? CancelUrl { get; init; }

    /// <summary><c>en</c> or <c>ru</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Locale { get; init; }

    /// <summary>When a merchant's order is canceled if it is unpaid.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTime? ExpiresAt { get; init; }

    /// <summary>Only for the merchant.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    /// <summary>Only for services: PaymentApi passes it to Stripe.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? CustomerEmail { get; init; }

    public static OrderResponse From(Order order) => new(order.Id, order.Reference, order.Status, order.Version, order.Amount,
        order.AmountRefunded, order.Currency, order.Description, order.Items,
        order is { Status: OrderStatuses.Canceled, CancelRequestedBy: not CancelReasons.Expired } ? order.CancelRequestedBy : null,
        OrderMessages.Texts.GetString(order.Status, CultureInfo.CurrentUICulture) ?? order.Status,
        order.CreatedAt.UtcDateTime, order.UpdatedAt.UtcDateTime)
    {
        ReturnUrl = order.ReturnUrl,
        CancelUrl = order.CancelUrl,
        Locale = order.Locale,
        ExpiresAt = order.ExpiresAt?.UtcDateTime,
    };

    public static OrderResponse ForMerchant(Order order) => From(order) with { Metadata = order.Metadata };
}

/// <summary>A list of orders.</summary>
/// <param name="Next">Goes into <c>after</c> to get the next page; null if there is none.</param>
public sealed record OrderPage(IReadOnlyList<OrderResponse> Orders, Guid? Next = null);

/// <summary>
/// A new order with its client secret. The secret is returned only here, and again to a repeat with the same <c>Idempotency-Key</c>. It is
/// stored as a hash.
/// </summary>
public sealed record CreatedOrderResponse : OrderResponse
{
    [JsonPropertyOrder(1)]
    public string ClientSecret { get; }

    /// <summary>
    /// The link to the checkout of a merchant's order. Absent if <c>Checkout:BaseUrl</c> is not set, and for a repeat after the link was
    /// replaced.
    /// </summary>
    [JsonPropertyOrder(1)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? CheckoutUrl { get; }

    public CreatedOrderResponse(Order order, string clientSecret, string? checkoutUrl) : base(ForMerchant(order)) =>
        (ClientSecret, CheckoutUrl) = (clientSecret, checkoutUrl);
}
