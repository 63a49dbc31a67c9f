using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Localization;
using Microsoft.AspNetCore.Mvc;
using PaymentFlow.Web.Security;

namespace PaymentFlow.Web.Languages;

/// <summary>
/// The languages of the pages. The customer's choice, stored in a cookie, comes first, then the language that the merchant wants for the
/// order whose link was opened last, then the browser's. A new language needs a <c>Texts.LANG.resx</c> and an entry here.
/// </summary>
static class SiteLanguages
{
    static readonly CultureInfo[] All = [new("en"), new("ru")];

    public static IReadOnlyList<CultureInfo> Supported => All;

    public static void AddLanguages(this IHostApplicationBuilder builder)
    {
        builder.Services.AddLocalization();
        builder.Services.Configure<RequestLocalizationOptions>(options =>
        {
            options.DefaultRequestCulture = new RequestCulture(All[0]);
            options.SupportedCultures = All;
            options.SupportedUICultures = All;
            options.ApplyCurrentCultureToResponseHeaders = true;
            options.RequestCultureProviders =
            [
                new CookieRequestCultureProvider { CookieName = Cookie },
                new CookieRequestCultureProvider { CookieName = SuggestedCookie },
                new AcceptLanguageHeaderRequestCultureProvider(),
            ];
        });
    }

    public static void UseLanguages(this WebApplication app) => app.UseRequestLocalization();

    /// <summary>
    /// Maps the form that chooses a language, for the console at an address of its own: the antiforgery token of a page of the console
    /// belongs to its operator, and the cookie that names the operator is sent to addresses of the console only.
    /// </summary>
    public static void MapLanguages(this IEndpointRouteBuilder app)
    {
        app.MapPost("/language", Choose);
        app.MapPost("/operator/language", Choose);
    }

    const string Cookie = "paymentflow.language";
    const string SuggestedCookie = "paymentflow.order-language";

    /// <summary>
    /// Shows the pages in <paramref name="language"/> until the browser is closed, unless the customer has chosen one. Null: as the browser
    /// wants. The cookie is for the whole site, because a circuit takes its language from a request of its own.
    /// </summary>
    public static void Suggest(HttpContext context, string? language)
    {
        if (Array.Find(All, culture => culture.Name == language) is { } suggested)
            context.Response.Cookies.Append(SuggestedCookie, ValueOf(suggested), Options(context, lifetime: null));
        else if (context.Request.Cookies.ContainsKey(SuggestedCookie))
            context.Response.Cookies.Delete(SuggestedCookie, Options(context, lifetime: null));
    }

    static StatusCodeHttpResult Choose([FromForm] string language, [FromForm] string? returnTo, HttpContext context)
    {
        if (Array.Find(All, culture => culture.Name == language) is { } chosen)
        {
            context.Response.Cookies.Append(Cookie, ValueOf(chosen), Options(context, TimeSpan.FromDays(365)));
        }
        context.Response.Headers.Location = LocalUrl.Of(returnTo, otherwise: "/");
        return TypedResults.StatusCode(StatusCodes.Status303SeeOther);
    }

    static string ValueOf(CultureInfo language) => CookieRequestCultureProvider.MakeCookieValue(new RequestCulture(language));

    static CookieOptions Options(HttpContext context, TimeSpan? lifetime) => new()
    {
        HttpOnly = true,
        Secure = context.Request.IsHttps,
        SameSite = SameSiteMode.Lax,
        MaxAge = lifetime,
        IsEssential = true,
    };
}
