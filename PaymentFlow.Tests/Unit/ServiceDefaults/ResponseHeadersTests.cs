using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using PaymentFlow.ServiceDefaults;
using PaymentFlow.Tests.Fixtures;

namespace PaymentFlow.Tests.Unit.ServiceDefaults;

/// <summary>The headers of every answer, and who gets the OpenAPI document, in Production and in Development.</summary>
public sealed class ResponseHeadersTests : IAsyncLifetime
{
    const string OperatorKey = "the-operators-key-of-40-random-characters";

    readonly List<WebApplication> _apps = [];
    readonly HttpClient _http = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    [Theory]
    [InlineData("/fine", 200, "no-store")]
    [InlineData("/cached", 200, "public, max-age=60")]
    [InlineData("/cached-error", 404, "no-store")]
    [InlineData("/nowhere", 404, "no-store")]
    [InlineData("/operator", 401, "no-store")]
    [InlineData("/broken", 500, "no-store")]
    public async Task Every_answer_in_Production_has_its_headers(string path, int status, string cacheControl)
    {
        var app = await StartAsync("Production");
        using var answer = await GetAsync(app, path, ("X-Forwarded-Proto", "https"), ("Host", "shop.example"));

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal(["nosniff"], answer.Headers.GetValues("X-Content-Type-Options"));
        Assert.Equal(cacheControl, answer.Headers.CacheControl!.ToString());
        Assert.Equal(["max-age=2592000"], answer.Headers.GetValues("Strict-Transport-Security"));
    }

    [Theory]
    [InlineData("Production", "http", "shop.example")]
    [InlineData("Production", "https", "localhost")]
    [InlineData("Production", "https", "127.0.0.1:5000")]
    [InlineData("Production", "https", "[::1]")]
    [InlineData("Development", "https", "shop.example")]
    public async Task HSTS_is_for_TLS_outside_Development_only(string environment, string scheme, string host)
    {
        var app = await StartAsync(environment);
        using var answer = await GetAsync(app, "/fine", ("X-Forwarded-Proto", scheme), ("Host", host));

        Assert.False(answer.Headers.Contains("Strict-Transport-Security"));
        Assert.Equal(["nosniff"], answer.Headers.GetValues("X-Content-Type-Options"));
    }

    [Fact]
    public async Task A_malformed_host_gets_the_headers_too()
    {
        var app = await StartAsync("Production");
        var answer = await RawHttp.GetAsync(new Uri(app.Urls.Single()), "/fine", host: "(a)");

        Assert.StartsWith("HTTP/1.1 400", answer, StringComparison.Ordinal);
        Assert.Contains("\r\nX-Content-Type-Options: nosniff\r\n", answer);
        Assert.Contains("\r\nCache-Control: no-store\r\n", answer);
    }

    [Theory]
    [InlineData("Production", null, null, 404)]
    [InlineData("Production", null, "a-wrong-key", 404)]
    [InlineData("Production", null, OperatorKey, 200)]
    [InlineData("Production", "true", null, 200)]
    [InlineData("Production", "false", null, 404)]
    [InlineData("Staging", null, null, 404)]
    [InlineData("Development", null, null, 200)]
    public async Task The_OpenAPI_document_is_public_only_in_Development_or_if_a_setting_says_so(
        string environment, string? isPublic, string? key, int status)
    {
        var app = await StartAsync(environment, ("OpenApi:Public", isPublic));
        using var answer = await GetAsync(app, "/openapi/v1.json", key is null ? [] : [("X-Operator-Key", key)]);

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Contains(status == 200 ? "\"openapi\"" : "\"not_found\"", await answer.Content.ReadAsStringAsync(Token));
    }

    async Task<WebApplication> StartAsync(string environment, params (string Name, string? Value)[] settings)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = environment });
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["urls"] = "http://127.0.0.1:0",
            ["Operator:Key"] = OperatorKey,
            ["Proxies:Known:0"] = "127.0.0.1",
        });
        builder.Configuration.AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Name, setting.Value)));
        builder.Logging.ClearProviders();
        builder.AddServiceDefaults();
        builder.AddApiDefaults();
        builder.AddApiDescription("test");
        var app = builder.Build();
        _apps.Add(app);
        app.UseApiDefaults();
        app.MapGet("/fine", () => "fine");
        app.MapGet("/operator", () => "in").RequireAuthorization(Roles.Operator);
        app.MapGet("/broken", string () => throw new InvalidOperationException());
        app.MapGet("/cached", (HttpContext context) => Cached(context, StatusCodes.Status200OK));
        app.MapGet("/cached-error", (HttpContext context) => Cached(context, StatusCodes.Status404NotFound));
        app.MapApiDescription();
        await app.StartAsync(Token);
        return app;
    }

    static StatusCodeHttpResult Cached(HttpContext context, int status)
    {
        context.Response.Headers.CacheControl = "public, max-age=60";
        return TypedResults.StatusCode(status);
    }

    async Task<HttpResponseMessage> GetAsync(WebApplication app, string path, params (string Name, string Value)[] headers)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, new Uri(new Uri(app.Urls.Single()), path));
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        return await _http.SendAsync(request, Token);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        foreach (var app in _apps) await app.DisposeAsync();
    }
}
