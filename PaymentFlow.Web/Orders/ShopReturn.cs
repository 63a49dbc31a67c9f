using Microsoft.AspNetCore.WebUtilities;
using PaymentFlow.Contracts.Events;

namespace PaymentFlow.Web.Orders;

/// <summary>
/// The way back to a merchant's shop. Only the URLs that are stored with the order are used, whose origins OrderService has checked, so no
/// request can send a customer to another site.
/// </summary>
static class ShopReturn
{
    /// <summary>
    /// The order's <c>returnUrl</c> if it was paid, otherwise its <c>cancelUrl</c>, with <c>order</c>, <c>reference</c> and <c>status</c>
    /// added to the query. Null if the merchant gave none. The shop must not believe the status: anyone can write such an address.
    /// </summary>
    public static string? Of(Order order)
    {
        var wasPaid = order.Status is OrderStatuses.Paid or OrderStatuses.PartiallyRefunded or OrderStatuses.Refunded;
        return (wasPaid ? order.ReturnUrl : order.CancelUrl) is { } url
            ? QueryHelpers.AddQueryString(url, new Dictionary<string, string?>
            {
                ["order"] = order.Id.ToString(),
                ["reference"] = order.Reference,
                ["status"] = order.Status,
            })
            : null;
    }
}
