using System.Buffers.Text;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
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
    // Starts an id that is written in base64url. A plain id has no dot.
    const char EncodedMark = '.';
    const int MaxProductIdLength = 64;
    // Browsers store cookies of up to 4,096 bytes, with the name and the attributes.
    const int MaxTextLength = 3_900;
    static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    Basket(ImmutableList<OrderLine> lines) => Lines = lines;

    public static Basket Empty { get; } = new([]);

    public ImmutableList<OrderLine> Lines { get; }

    public long Count => Lines.Sum(line => line.Quantity);

    public long QuantityOf(string productId) => Lines.Find(line => line.ProductId == productId)?.Quantity ?? 0;

    /// <summary>
    /// Sets the quantity of a product, at most <see cref="MaxQuantity"/>. Zero or less removes the product. The basket stays as it is if it
    /// has no room for another product, or if the id is not one (see <see cref="IsProductId"/>).
    /// </summary>
    public Basket Set(string productId, long quantity)
    {
        quantity = Math.Min(quantity, MaxQuantity);
        var at = Lines.FindIndex(line => line.ProductId == productId);
        return (at, quantity) switch
        {
            ( < 0, <= 0) => this,
            ( < 0, _) when Lines.Count == MaxLines || !IsProductId(productId) => this,
            ( < 0, _) => WithRoomFor(new(Lines.Add(new(productId, quantity)))),
            (_, <= 0) => new(Lines.RemoveAt(at)),
            _ => new(Lines.SetItem(at, new(productId, quantity))),
        };
    }

    /// <summary>A basket with the items of an order.</summary>
    public static Basket Of(IEnumerable<OrderItem> items) =>
        items.Aggregate(Empty, (basket, item) => basket.Set(item.ProductId, item.Quantity));

    /// <summary>The lines as <c>mug.2~.0LrRgNGD0LbQutCw.1</c>: only characters that a cookie holds without escapes.</summary>
    public override string ToString() => string.Join(
        LineSeparator,
        Lines.Select(line => string.Create(CultureInfo.InvariantCulture, $"{Write(line.ProductId)}{QuantitySeparator}{line.Quantity}")));

    /// <summary>Parses the output of <see cref="ToString"/>. The text comes from the browser, so invalid lines are ignored.</summary>
    public static Basket Parse(string? text)
    {
        var basket = Empty;
        foreach (var line in (text ?? "").Split(LineSeparator, MaxLines + 1, StringSplitOptions.RemoveEmptyEntries))
        {
            var at = line.LastIndexOf(QuantitySeparator);
            if (at > 0 && long.TryParse(line.AsSpan(at + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var quantity)
                && Read(line[..at]) is { } productId)
            {
                basket = basket.Set(productId, quantity);
            }
        }
        return basket;
    }

    Basket WithRoomFor(Basket more) => more.ToString().Length <= MaxTextLength ? more : this;

    static string Write(string productId) =>
        IsPlain(productId) ? productId : EncodedMark + Base64Url.EncodeToString(Encoding.UTF8.GetBytes(productId));

    static string? Read(string text)
    {
        if (text[0] != EncodedMark) return IsPlain(text) ? text : null;
        try
        {
            return StrictUtf8.GetString(Base64Url.DecodeFromChars(text.AsSpan(1)));
        }
        catch (Exception e) when (e is FormatException or DecoderFallbackException)
        {
            return null;
        }
    }

    static bool IsPlain(string text) => text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    /// <summary>
    /// Whether a catalogue may have this id: 1 to 64 characters of any script, but no controls, which forms and cookies would change.
    /// </summary>
    static bool IsProductId(string text) =>
        text.Length is > 0 and <= MaxProductIdLength
        && text.EnumerateRunes().All(rune => rune != Rune.ReplacementChar && !Rune.IsControl(rune));
}
