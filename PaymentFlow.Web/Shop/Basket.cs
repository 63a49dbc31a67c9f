using System.Collections.Immutable;
using System.Globalization;
using PaymentFlow.Web.Catalogue;
using PaymentFlow.Web.Orders;

namespace PaymentFlow.Web.Shop;

/// <summary>The products that the customer wants to buy, in the order of adding. Prices come from OrderService.</summary>
public sealed class Basket
{
    public const int MaxLines = 50;
    public const int MaxQuantity = 99;

    const char LineSeparator = '~';
    const char QuantitySeparator = '.';
    const int MaxProductIdLength = 64;

    Basket(ImmutableList<OrderLine> lines) => Lines = lines;

    public static Basket Empty { get; } = new([]);

    public ImmutableList<OrderLine> Lines { get; }

    public long Count => Lines.Sum(line => line.Quantity);

    public long QuantityOf(string productId) => Lines.Find(line => line.ProductId == productId)?.Quantity ?? 0;

    /// <summary>Sets the quantity of a product, at most <see cref="MaxQuantity"/>. Zero or less removes the product.</summary>
    public Basket Set(string productId, long quantity)
    {
        quantity = Math.Min(quantity, MaxQuantity);
        var at = Lines.FindIndex(line => line.ProductId == productId);
        return (at, quantity) switch
        {
            ( < 0, <= 0) => this,
            ( < 0, _) when Lines.Count == MaxLines || !IsProductId(productId) => this,
            ( < 0, _) => new(Lines.Add(new(productId, quantity))),
            (_, <= 0) => new(Lines.RemoveAt(at)),
            _ => new(Lines.SetItem(at, new(productId, quantity))),
        };
    }

    /// <summary>A basket with the items of an order.</summary>
    public static Basket Of(IEnumerable<OrderItem> items) =>
        items.Aggregate(Empty, (basket, item) => basket.Set(item.ProductId, item.Quantity));

    public override string ToString() => string.Join(
        LineSeparator,
        Lines.Select(line => string.Create(CultureInfo.InvariantCulture, $"{line.ProductId}{QuantitySeparator}{line.Quantity}")));

    /// <summary>Parses the output of <see cref="ToString"/>. The text comes from the browser, so invalid lines are ignored.</summary>
    public static Basket Parse(string? text)
    {
        var basket = Empty;
        foreach (var line in (text ?? "").Split(LineSeparator, MaxLines + 1, StringSplitOptions.RemoveEmptyEntries))
        {
            var at = line.LastIndexOf(QuantitySeparator);
            if (at > 0 && long.TryParse(line.AsSpan(at + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var quantity))
                basket = basket.Set(line[..at], quantity);
        }
        return basket;
    }

    static bool IsProductId(string text) =>
        text.Length is > 0 and <= MaxProductIdLength && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');
}
