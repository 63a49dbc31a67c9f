using System.Globalization;
using System.Resources;

namespace PaymentFlow.OrderService.Orders;

/// <summary>
/// Statuses as texts for people. To add a language, add <c>OrderMessages.LANG.resx</c> and an entry in <see cref="Languages"/>.
/// </summary>
static class OrderMessages
{
    public static readonly CultureInfo[] Languages = [new("en"), new("ru")];

    static readonly ResourceManager Texts = new(typeof(OrderMessages));

    public static string For(string status, CultureInfo language) => Texts.GetString(status, language) ?? status;
}
