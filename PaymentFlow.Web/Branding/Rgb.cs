using System.Globalization;

namespace PaymentFlow.Web.Branding;

/// <summary>A color. Contrast is that of WCAG 2.2: https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio</summary>
readonly record struct Rgb(byte R, byte G, byte B)
{
    public static readonly Rgb White = new(255, 255, 255);
    public static readonly Rgb Black = new(0, 0, 0);

    /// <summary>Reads <c>#rrggbb</c>.</summary>
    public static bool TryParse(string text, out Rgb color)
    {
        color = default;
        if (text is not { Length: 7 } || text[0] != '#' || !text.Skip(1).All(char.IsAsciiHexDigit)) return false;
        var value = int.Parse(text.AsSpan(1), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        color = new Rgb((byte)(value >> 16), (byte)(value >> 8), (byte)value);
        return true;
    }

    /// <summary>1 for the same color, 21 for black on white.</summary>
    public double ContrastWith(Rgb other)
    {
        var (one, two) = (Luminance, other.Luminance);
        return (Math.Max(one, two) + 0.05) / (Math.Min(one, two) + 0.05);
    }

    /// <param name="part">How much of <paramref name="other"/>: 0 to 1.</param>
    public Rgb Mix(Rgb other, double part) => new(Mix(R, other.R, part), Mix(G, other.G, part), Mix(B, other.B, part));

    public override string ToString() => $"#{R:x2}{G:x2}{B:x2}";

    double Luminance => 0.2126 * Linear(R) + 0.7152 * Linear(G) + 0.0722 * Linear(B);

    static double Linear(byte part) => part / 255.0 is var c && c <= 0.04045 ? c / 12.92 : Math.Pow((c + 0.055) / 1.055, 2.4);

    static byte Mix(byte one, byte other, double part) => (byte)Math.Round(one + (other - one) * part);
}
