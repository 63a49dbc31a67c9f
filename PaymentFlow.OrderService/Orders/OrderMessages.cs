using System.Globalization;
using System.Resources;

namespace PaymentFlow.OrderService.Orders;

/// <summary>
/// Statuses as texts for people. To add a language, add <c>OrderMessages.LANG.resx</c> and an entry in <see cref="Languages"/>.
/// </summary>
static class OrderMessages
{
    public static readonly CultureInfo[] Languages = [new("en"), new("ru")];

    public static ResourceManager Texts { get; } = new(typeof(OrderMessages));
}
