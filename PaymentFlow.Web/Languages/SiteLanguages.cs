using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Localization;
using Microsoft.AspNetCore.Mvc;
using PaymentFlow.Web.Security;

namespace PaymentFlow.Web.Languages;

/// <summary>
/// The languages of the pages. The customer's choice, stored in a cookie, comes before the browser's language. A new language needs a
/// <c>Texts.LANG.resx</c> and an entry here.
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
                new AcceptLanguageHeaderRequestCultureProvider(),
            ];
        });
    }

    public static void UseLanguages(this WebApplication app) => app.UseRequestLocalization();

    public static void MapLanguages(this IEndpointRouteBuilder app) => app.MapPost("/language", Choose);

    const string Cookie = "paymentflow.language";

    static StatusCodeHttpResult Choose([FromForm] string language, [FromForm] string? returnTo, HttpContext context)
    {
        if (Array.Find(All, culture => culture.Name == language) is { } chosen)
        {
            var value = CookieRequestCultureProvider.MakeCookieValue(new RequestCulture(chosen));
            context.Response.Cookies.Append(Cookie, value, new CookieOptions
            {
                HttpOnly = true,
                Secure = context.Request.IsHttps,
                SameSite = SameSiteMode.Lax,
                MaxAge = TimeSpan.FromDays(365),
                IsEssential = true,
            });
        }
        context.Response.Headers.Location = LocalUrl.Of(returnTo, otherwise: "/");
        return TypedResults.StatusCode(StatusCodes.Status303SeeOther);
    }
}
