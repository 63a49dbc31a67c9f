using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using PaymentFlow.ServiceDefaults;
using PaymentFlow.Tests.Fixtures;

namespace PaymentFlow.Tests.Unit.ServiceDefaults;

public sealed class RequestedHostTests
{
    [Theory]
    [InlineData("shop.example", true)]
    [InlineData("shop.example:8080", true)]
    [InlineData("order-service", true)]
    [InlineData("order_service", true)]
    [InlineData("10.0.0.7:80", true)]
    [InlineData("[::1]:5000", true)]
    [InlineData("xn--80ak6aa92e.example", true)]
    [InlineData("(a)", false)]
    [InlineData("a;b", false)]
    [InlineData("a,b", false)]
    [InlineData("*", false)]
    [InlineData("a..b", false)]
    [InlineData("%41", false)]
    [InlineData("a:99999", false)]
    [InlineData("", false)]
    public void A_host_is_a_name_or_an_address(string host, bool wellFormed) =>
        Assert.Equal(wellFormed, RequestedHost.IsWellFormed(new HostString(host)));

    [Theory]
    [InlineData(null, "shop.example", "/", 200)]
    [InlineData(null, "(a)", "/", 400)]
    [InlineData(null, "(a)", "/nowhere", 400)]
    [InlineData("shop.example; *.shops.example", "shop.example", "/", 200)]
    [InlineData("shop.example; *.shops.example", "SHOP.example:8080", "/", 200)]
    [InlineData("shop.example; *.shops.example", "one.shops.example", "/", 200)]
    [InlineData("shop.example; *.shops.example", "evil.example", "/", 400)]
    [InlineData("shop.example; *.shops.example", "shop.example.evil.example", "/", 400)]
    // A probe names the address of the container.
    [InlineData("shop.example", "10.0.0.7:8080", "/health", 200)]
    [InlineData("shop.example", "10.0.0.7:8080", "/alive", 200)]
    public async Task Requests_for_other_hosts_are_refused(string? allowed, string host, string path, int status)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration["urls"] = "http://127.0.0.1:0";
        builder.Configuration["AllowedHosts"] = allowed;
        builder.AddServiceDefaults();
        builder.AddApiDefaults();
        await using var app = builder.Build();
        app.UseApiDefaults();
        app.MapDefaultEndpoints();
        app.MapGet("/", () => "in");
        await app.StartAsync(TestContext.Current.CancellationToken);

        var response = await RawHttp.GetAsync(new Uri(app.Urls.Single()), path, host);

        Assert.StartsWith($"HTTP/1.1 {status} ", response, StringComparison.Ordinal);
        if (status == 400) Assert.Contains("malformed_request", response, StringComparison.Ordinal);
    }
}
