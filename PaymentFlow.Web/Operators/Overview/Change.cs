using System.Globalization;
using Microsoft.Extensions.Localization;

namespace PaymentFlow.Web.Operators.Overview;

/// <summary>How a number differs from that of the previous range, in the reader's language.</summary>
/// <param name="Direction">1 if it rose, -1 if it fell, 0 if it is the same.</param>
/// <param name="Text">The difference, without a sign: <c>$12.00 (8%)</c>.</param>
public sealed record Change(int Direction, string Text)
{
    /// <param name="current">Null if there is no number.</param>
    /// <param name="previous">Likewise of the previous range.</param>
    /// <param name="format">Formats a difference, which is not negative.</param>
    /// <param name="percent">Whether the difference is also given as a part of <paramref name="previous"/>.</param>
    /// <returns>Null if one of both is missing.</returns>
    public static Change? Of(double? current, double? previous, Func<double, string> format, bool percent = true)
    {
        if (current is not { } now || previous is not { } before) return null;
        var difference = Math.Abs(now - before);
        var text = format(difference);
        if (percent && before != 0)
        {
            var part = difference / Math.Abs(before);
            text += $" ({part.ToString(part < 0.1 ? "P1" : "P0", CultureInfo.CurrentCulture)})";
        }
        return new Change(Math.Sign(now - before), text);
    }

    /// <summary>For screen readers and for eyes that do not know the arrow.</summary>
    public string Word(IStringLocalizer texts) => texts[Direction switch { > 0 => "Change.Up", < 0 => "Change.Down", _ => "Change.None" }];
}
