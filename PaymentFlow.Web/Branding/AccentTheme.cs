namespace PaymentFlow.Web.Branding;

/// <summary>
/// The colors of orders' pages that follow from an accent color. On light pages it is the color itself. On dark pages it is lightened as
/// far as needed, because no color is readable on both.
/// </summary>
sealed class AccentTheme
{
    /// <summary>The least contrast of text by WCAG 2.2 AA.</summary>
    public const double Readable = 4.5;

    // The backgrounds of app.css: --pf-page and --pf-surface.
    static readonly Rgb[] Light = [new(0xf6, 0xf7, 0xf5), Rgb.White];
    static readonly Rgb[] Dark = [new(0x16, 0x19, 0x17), new(0x20, 0x24, 0x22)];
    static readonly Rgb DarkInk = new(0x10, 0x14, 0x12);

    AccentTheme(Rgb accent)
    {
        Color = accent.ToString();
        var onDark = Lighten(accent, ReadableOnDark);
        Pairs =
        [
            new(accent, accent.Mix(Rgb.Black, 0.25), Rgb.White, Rgb.White.Mix(accent, 0.1), Light),
            new(onDark, onDark.Mix(Rgb.White, 0.35), DarkInk, Dark[1].Mix(onDark, 0.12), Dark),
        ];
    }

    /// <summary>The accent color, <c>#rrggbb</c> in lower case.</summary>
    public string Color { get; }

    /// <summary>The colors of light and of dark pages.</summary>
    public IReadOnlyList<Palette> Pairs { get; }

    public string Css => $$"""
        :root {
          --pf-brand: light-dark({{Pairs[0].Brand}}, {{Pairs[1].Brand}});
          --pf-brand-strong: light-dark({{Pairs[0].Strong}}, {{Pairs[1].Strong}});
          --pf-brand-ink: light-dark({{Pairs[0].Ink}}, {{Pairs[1].Ink}});
          --pf-brand-soft: light-dark({{Pairs[0].Soft}}, {{Pairs[1].Soft}});
        }

        """;

    /// <returns>The problem of the color and the remedy, or null.</returns>
    public static string? Read(string color, out AccentTheme? theme)
    {
        theme = null;
        if (!Rgb.TryParse(color, out var accent)) return $"is '{color}', which is no color: set it to one such as #0b6a5b.";
        if (!IsReadable(accent))
        {
            return $"is '{color}', on which white text, and which on our light pages, is hard to read (WCAG 2.2 AA: a contrast of "
                + $"{Readable}:1): set it to a darker color, such as {Darken(accent)}.";
        }
        theme = new AccentTheme(accent);
        return null;
    }

    static bool IsReadable(Rgb accent) => Light.All(background => accent.ContrastWith(background) >= Readable);

    // More than AA asks for, so that a softer background still has enough contrast.
    static bool ReadableOnDark(Rgb color) => Dark.All(background => color.ContrastWith(background) >= 6);

    static Rgb Lighten(Rgb color, Func<Rgb, bool> enough) => First(part => color.Mix(Rgb.White, part), enough);

    static Rgb Darken(Rgb color) => First(part => color.Mix(Rgb.Black, part), IsReadable);

    // Ends, because black is readable on light pages, and white on dark ones.
    static Rgb First(Func<double, Rgb> at, Func<Rgb, bool> enough) =>
        Enumerable.Range(0, 101).Select(percent => at(percent / 100.0)).First(enough);
}

/// <summary>The colors of one color scheme, as in app.css.</summary>
/// <param name="Backgrounds">The pages' backgrounds.</param>
sealed record Palette(Rgb Brand, Rgb Strong, Rgb Ink, Rgb Soft, IReadOnlyList<Rgb> Backgrounds);
