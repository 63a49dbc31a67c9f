using System.ComponentModel.DataAnnotations;

namespace PaymentFlow.Web.Branding;

/// <summary>Section <c>Checkout</c>: how orders' pages look, and when they lead back to the shop.</summary>
public sealed record CheckoutOptions
{
    const string OurName = "PaymentFlow";

    /// <summary>The name in the header and in the titles of orders' pages.</summary>
    [StringLength(40)]
    public string Name { get; init; } = OurName;

    /// <summary>The logo beside the name: an https:// URL, or the path of a file in <c>wwwroot</c>. Null for none.</summary>
    public string? LogoUrl { get; init; }

    /// <summary>The color of buttons and links, <c>#rrggbb</c>. Null for ours.</summary>
    public string? AccentColor { get; init; }

    /// <summary>How long the page of a paid order is shown before it leads back to the shop. Zero: until the customer leaves it.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan ReturnAfter { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Whether the pages have our name and mark.</summary>
    public bool IsOurs => Name == OurName && LogoUrl is null;

    /// <summary>The colors that follow from <see cref="AccentColor"/>; null for ours.</summary>
    internal AccentTheme? Theme { get; private init; }

    /// <summary>The origin of the logo, for the content security policy; null if it is our own.</summary>
    public string? LogoOrigin => Uri.TryCreate(LogoUrl, UriKind.Absolute, out var url) && url.Scheme == Uri.UriSchemeHttps
        ? url.GetLeftPart(UriPartial.Authority)
        : null;

    /// <summary>The settings in use: an empty value counts as not set.</summary>
    /// <param name="problem">The setting with a wrong value, and the remedy; null if all are right.</param>
    public CheckoutOptions Complete(out string? problem)
    {
        AccentTheme? theme = null;
        problem = string.IsNullOrEmpty(LogoUrl) || IsLogo(LogoUrl) ? null
            : $"Checkout:LogoUrl is '{LogoUrl}': set it to an https:// URL, or to the path of a file in wwwroot, such as /logo.svg.";
        if (!string.IsNullOrEmpty(AccentColor) && AccentTheme.Read(AccentColor, out theme) is { } wrong)
            problem ??= $"Checkout:AccentColor {wrong}";
        return this with
        {
            Name = string.IsNullOrWhiteSpace(Name) ? OurName : Name,
            LogoUrl = string.IsNullOrEmpty(LogoUrl) ? null : LogoUrl,
            Theme = theme,
        };
    }

    // A path that begins with two slashes would name another host.
    static bool IsLogo(string value) => !value.Any(c => c is <= ' ' or ';' or ',' or '\\')
        && (value is ['/', not '/', ..]
            || (Uri.TryCreate(value, UriKind.Absolute, out var url) && url.Scheme == Uri.UriSchemeHttps && url.UserInfo.Length == 0));
}

static class BrandingRegistration
{
    const string Theme = "/checkout/theme.css";

    /// <summary>Reads the section <c>Checkout</c>. Ends the process with one line if a value is wrong.</summary>
    public static void AddBranding(this IHostApplicationBuilder builder)
    {
        var options = builder.ReadSettings<CheckoutOptions>("Checkout").Complete(out var problem);
        if (problem is not null) RequiredSettings.Stop($"{builder.Environment.ApplicationName} cannot start: {problem}");
        builder.Services.AddSingleton(options);
    }

    /// <summary>The stylesheet of the accent color. A page may not contain styles, by the content security policy.</summary>
    public static void MapBranding(this WebApplication app)
    {
        if (app.Services.GetRequiredService<CheckoutOptions>().Theme is not { } theme) return;
        app.MapGet(Theme, (HttpContext context) =>
        {
            // The address changes with the color.
            context.Response.Headers.CacheControl = "public, max-age=86400";
            return TypedResults.Text(theme.Css, "text/css");
        });
    }

    /// <summary>The address of the stylesheet; null if no accent color is set.</summary>
    public static string? ThemeUrl(this CheckoutOptions options) => options.Theme is { } theme ? $"{Theme}?v={theme.Color[1..]}" : null;
}
