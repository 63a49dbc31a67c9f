using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using PaymentFlow.Web;
using PaymentFlow.Web.Branding;
using PaymentFlow.Web.Payments;

namespace PaymentFlow.Tests.Unit.Web;

public sealed class CookieTests
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Production", true)]
    [InlineData("Staging", true)]
    [InlineData("Development", false)]
    public async Task Outside_Development_every_cookie_is_Secure_even_if_Web_does_not_know_of_TLS(string environment, bool isSecure)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = environment });
        builder.Configuration["urls"] = "http://127.0.0.1:0";
        builder.Logging.ClearProviders();
        builder.AddServiceDefaults();
        builder.AddWebSecurity();
        builder.Services.AddDataProtection().UseEphemeralDataProtectionProvider();
        builder.Services.AddSingleton(new PaymentOptions());
        builder.Services.AddSingleton(new CheckoutOptions());
        await using var app = builder.Build();
        app.UseWebSecurity();
        app.MapGet("/", (HttpContext context, IAntiforgery antiforgery) =>
        {
            context.Response.Cookies.Append("basket", "mug.1");
            antiforgery.GetAndStoreTokens(context);
            return "fine";
        });
        await app.StartAsync(Token);
        using HttpClient http = new() { BaseAddress = new Uri(app.Urls.Single()) };

        using var answer = await http.GetAsync("/", Token);

        var cookies = answer.Headers.GetValues("Set-Cookie").ToList();
        Assert.Equal(2, cookies.Count);
        Assert.All(cookies, cookie => Assert.Equal(isSecure, cookie.Contains("; secure", StringComparison.OrdinalIgnoreCase)));
    }
}
