using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using PaymentFlow.ServiceDefaults;

namespace PaymentFlow.Tests.Unit.ServiceDefaults;

/// <summary>An origin in the settings is the one that a browser sends, however it is written.</summary>
public sealed class AllowedOriginsTests
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("https://магазин.example", "https://xn--80aairftm.example")]
    [InlineData("https://МАГАЗИН.example", "https://xn--80aairftm.example")]
    [InlineData("https://Bücher.example:443/", "https://xn--bcher-kva.example")]
    [InlineData("https://xn--80aairftm.example", "https://xn--80aairftm.example")]
    [InlineData("HTTPS://Shop.Example:443", "https://shop.example")]
    [InlineData("http://shop.example:80", "http://shop.example")]
    [InlineData("http://shop.example:443", "http://shop.example:443")]
    [InlineData("http://localhost:3000/", "http://localhost:3000")]
    [InlineData("http://[0:0:0:0:0:0:0:1]:3000", "http://[::1]:3000")]
    [InlineData(" https://shop.example\n", "https://shop.example")]
    public async Task CORS_WebSocket_and_return_URL_accept_what_the_browser_sends(string setting, string sent)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["urls"] = "http://127.0.0.1:0",
            ["Clients:AllowedOrigins:0"] = setting,
        });
        builder.AddServiceDefaults();
        builder.AddApiDefaults();
        await using var app = builder.Build();
        app.UseApiDefaults();
        app.MapGet("/", () => "in");
        await app.StartAsync(Token);
        AllowedOrigins origins = new(app.Configuration);

        using HttpClient http = new();
        using HttpRequestMessage request = new(HttpMethod.Get, app.Urls.Single());
        request.Headers.Add("Origin", sent);
        using var response = await http.SendAsync(request, Token);
        Assert.Equal([sent], response.Headers.GetValues("Access-Control-Allow-Origin"));

        DefaultHttpContext handshake = new();
        handshake.Request.Headers.Origin = sent;
        Assert.True(origins.Allows(handshake.Request));

        Assert.True(origins.Allows(new Uri($"{sent}/orders/1?paid=1#top")));
        Assert.True(origins.Allows(new Uri($"{setting.Trim().TrimEnd('/')}/orders/1")));
        Assert.False(origins.Allows(new Uri($"{sent.Replace("://", "://anna@", StringComparison.Ordinal)}/")));
        Assert.False(origins.Allows(new Uri($"{sent}0/")));
    }
}
