using System.Globalization;
using System.Text;

namespace PaymentFlow.ServiceDefaults.Http;

/// <summary>Tells text that people can read from text that looks empty or like another text.</summary>
public static class VisibleText
{
    /// <summary>
    /// Whether a reader sees the text as it is: it has something visible, and no control, line-separator or zero-width character and
    /// no override of the direction. Joiners are allowed, because emoji and some scripts are written with them.
    /// </summary>
    public static bool Is(string text) =>
        text.EnumerateRunes().Any(IsVisible) && !text.EnumerateRunes().Any(rune => IsHidden(rune) && !IsPartOfWriting(rune));

    static bool IsHidden(Rune rune) => Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;

    // Zero-width joiners, direction marks, and the tags in the flags of England, Scotland and Wales.
    static bool IsPartOfWriting(Rune rune) => rune.Value is (>= 0x200C and <= 0x200F) or (>= 0xE0020 and <= 0xE007F);

    static bool IsVisible(Rune rune) => !IsHidden(rune) && !IsBlank(rune) && Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.SpaceSeparator or UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark
        or UnicodeCategory.OtherNotAssigned);

    // Hangul's fillers count as letters, and Braille's blank pattern as a symbol.
    static bool IsBlank(Rune rune) => rune.Value is 0x115F or 0x1160 or 0x3164 or 0xFFA0 or 0x2800;
}
