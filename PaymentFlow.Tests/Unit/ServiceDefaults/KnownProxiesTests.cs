using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using PaymentFlow.ServiceDefaults;

namespace PaymentFlow.Tests.Unit.ServiceDefaults;

public sealed class KnownProxiesTests
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(null, "203.0.113.7", "http 127.0.0.1")]
    [InlineData("10.0.0.0/8", "203.0.113.7", "http 127.0.0.1")]
    [InlineData("127.0.0.1", "203.0.113.7", "https 203.0.113.7")]
    [InlineData("127.0.0.0/8", "203.0.113.7", "https 203.0.113.7")]
    [InlineData("127.0.0.1", "198.51.100.1, 203.0.113.7", "https 203.0.113.7")]
    public async Task A_forwarded_client_address_is_accepted_from_known_proxies_only(string? known, string forwarded, string seen)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["urls"] = "http://127.0.0.1:0",
            ["Proxies:Known:0"] = known,
        });
        builder.AddServiceDefaults();
        builder.AddApiDefaults();
        await using var app = builder.Build();
        app.UseApiDefaults();
        app.MapGet("/", (HttpContext context) => $"{context.Request.Scheme} {context.Connection.RemoteIpAddress!.MapToIPv4()}");
        await app.StartAsync(Token);
        using HttpClient http = new();
        using HttpRequestMessage request = new(HttpMethod.Get, app.Urls.Single());
        request.Headers.Add("X-Forwarded-For", forwarded);
        request.Headers.Add("X-Forwarded-Proto", forwarded.Contains(',', StringComparison.Ordinal) ? "http, https" : "https");
        using var response = await http.SendAsync(request, Token);
        Assert.Equal(seen, await response.Content.ReadAsStringAsync(Token));
    }
}
