using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using PaymentFlow.ServiceDefaults;

namespace PaymentFlow.Tests.Unit.ServiceDefaults;

/// <summary>An API with a limit of two calls per client and of four per IPv6 network.</summary>
public sealed class AddressLimitTests : IAsyncLifetime
{
    readonly WebApplication _app;
    readonly HttpClient _http = new();

    public AddressLimitTests()
    {
        var builder = WebApplication.CreateBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["urls"] = "http://127.0.0.1:0",
            ["Proxies:Known:0"] = "127.0.0.1",
            ["Operator:Key"] = "the-operators-key-of-40-random-characters",
            ["RateLimits:few:WindowSeconds"] = "3600",
            ["RateLimits:keys:Permits"] = "2",
            ["RateLimits:keys:WindowSeconds"] = "3600",
            ["RateLimits:NetworkFactor"] = "2",
        });
        builder.Logging.ClearProviders();
        builder.AddServiceDefaults();
        builder.AddApiDefaults();
        builder.AddRateLimit("few", permits: 2, window: TimeSpan.FromSeconds(1));
        _app = builder.Build();
        _app.UseApiDefaults();
        _app.MapGet("/few", () => "in").RequireRateLimiting("few");
        _app.MapGet("/operator", () => "in").RequireAuthorization(Roles.Operator);
    }

    public async ValueTask InitializeAsync()
    {
        await _app.StartAsync(TestContext.Current.CancellationToken);
        _http.BaseAddress = new Uri(_app.Urls.Single());
    }

    [Theory]
    [InlineData("/few", null, HttpStatusCode.OK)]
    [InlineData("/operator", "a-guess", HttpStatusCode.Unauthorized)]
    public async Task Many_64s_of_one_48_share_a_wider_limit(string path, string? key, HttpStatusCode below)
    {
        // A /64 has its own limit, whichever of its addresses sends. What is refused there does not use up the neighbors' limit.
        Assert.Equal(below, await SendAsync(path, key, "2001:db8:1:1::1"));
        Assert.Equal(below, await SendAsync(path, key, "2001:db8:1:1::2"));
        for (var i = 0; i < 10; i++) Assert.Equal(HttpStatusCode.TooManyRequests, await SendAsync(path, key, "2001:db8:1:1::3"));
        Assert.Equal(below, await SendAsync(path, key, "2001:db8:1:2::1"));
        Assert.Equal(below, await SendAsync(path, key, "2001:db8:1:3::1"));

        for (var i = 4; i < 10; i++) Assert.Equal(HttpStatusCode.TooManyRequests, await SendAsync(path, key, $"2001:db8:1:{i}::1"));

        Assert.Equal(below, await SendAsync(path, key, "2001:db8:2:1::1"));
        // Addresses of IPv4 have nothing wider.
        for (var i = 1; i < 10; i++) Assert.Equal(below, await SendAsync(path, key, $"192.0.2.{i}"));
    }

    [Fact]
    public async Task A_refusal_by_the_wider_limit_says_when_to_retry()
    {
        for (var i = 0; i < 4; i++) await SendAsync("/few", null, $"2001:db8:1:{i}::1");
        using HttpRequestMessage request = new(HttpMethod.Get, "/few");
        request.Headers.Add("X-Forwarded-For", "2001:db8:1:5::1");
        using var response = await _http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.TooManyRequests, response.StatusCode);
        Assert.True(response.Headers.RetryAfter!.Delta > TimeSpan.Zero);
    }

    async Task<HttpStatusCode> SendAsync(string path, string? key, string address)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, path);
        request.Headers.Add("X-Forwarded-For", address);
        if (key is not null) request.Headers.Add("X-Operator-Key", key);
        using var response = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        return response.StatusCode;
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _app.DisposeAsync();
    }
}
