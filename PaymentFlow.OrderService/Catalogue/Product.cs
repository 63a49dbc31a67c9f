using System.Globalization;

namespace PaymentFlow.OrderService.Catalogue;

/// <summary>A product of the shop.</summary>
/// <param name="UnitAmount">In the currency's minor unit.</param>
/// <param name="Currency">ISO 4217, lower case.</param>
/// <param name="Name">By language; always contains <c>en</c>.</param>
/// <param name="Description">By language; always contains <c>en</c>.</param>
public sealed record Product(
    string Id, long UnitAmount, string Currency, IReadOnlyDictionary<string, string> Name, IReadOnlyDictionary<string, string> Description)
{
    public string NameIn(CultureInfo culture) => In(Name, culture);

    public string DescriptionIn(CultureInfo culture) => In(Description, culture);

    static string In(IReadOnlyDictionary<string, string> texts, CultureInfo culture) =>
        texts.TryGetValue(culture.TwoLetterISOLanguageName, out var text) ? text : texts["en"];
}
