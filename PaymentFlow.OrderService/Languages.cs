using Microsoft.AspNetCore.Localization;
using PaymentFlow.OrderService.Orders;

namespace PaymentFlow.OrderService;

static class Languages
{
    /// <summary>Sets the language of texts for people: <c>?lang=</c>, else <c>Accept-Language</c>, else English.</summary>
    public static void AddLanguages(this IHostApplicationBuilder builder) =>
        builder.Services.Configure<RequestLocalizationOptions>(options =>
        {
            options.DefaultRequestCulture = new RequestCulture(OrderMessages.Languages[0]);
            options.SupportedCultures = [OrderMessages.Languages[0]];
            options.SupportedUICultures = OrderMessages.Languages;
            options.RequestCultureProviders =
            [
                new QueryStringRequestCultureProvider { QueryStringKey = "lang", UIQueryStringKey = "lang" },
                new AcceptLanguageHeaderRequestCultureProvider(),
            ];
        });
}
