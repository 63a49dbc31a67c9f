using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using PaymentFlow.Contracts;

namespace PaymentFlow.ServiceDefaults;

/// <summary>The operator's name and address from a request, for the record of operator actions.</summary>
public static class OperatorIdentity
{
    const int MaxNameLength = 100;
    const string NoName = "operator";

    // Letters, marks and symbols that nobody sees: fillers, joiners, variation selectors, the empty Braille pattern.
    static readonly Rune[] Invisible =
    [
        new('\u034F'), new('\u115F'), new('\u1160'), new('\u17B4'), new('\u17B5'), new('\u180B'), new('\u180C'), new('\u180D'),
        new('\u180F'), new('\u2800'), new('\u3164'), new('\uFFA0'),
    ];

    /// <summary>
    /// The signed-in name, or the stated name without sign-in, with the caller's address: <c>anna (10.0.0.7)</c>. See
    /// <see cref="NameOf"/>.
    /// </summary>
    public static string Of(HttpContext context)
    {
        var stated = context.Request.Headers[ApiHeaders.OperatorName].ToString();
        return $"{NameOf(context.User.Identity?.Name ?? stated)} ({context.Connection.RemoteIpAddress})";
    }

    /// <summary>
    /// The name without the characters that nobody sees or that change how the text around them is shown: controls, line and paragraph
    /// separators, bidi overrides, zero-width characters. At most 100 characters. <c>operator</c> if nothing is left.
    /// </summary>
    public static string NameOf(string? stated)
    {
        StringBuilder name = new();
        foreach (var rune in (stated ?? "").EnumerateRunes().Where(IsShown).SkipWhile(Rune.IsWhiteSpace))
        {
            // A letter outside the basic plane has two characters. It is kept or cut as a whole.
            if (name.Length + rune.Utf16SequenceLength > MaxNameLength) break;
            name.Append(rune);
        }
        var text = name.ToString().TrimEnd();
        return text.Length > 0 ? text : NoName;
    }

    static bool IsShown(Rune rune) =>
        rune != Rune.ReplacementChar
        && !Invisible.Contains(rune)
        && rune.Value is not (>= 0xFE00 and <= 0xFE0F) and not (>= 0xE0000 and <= 0xE0FFF)
        && Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
            or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned);
}
