using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using PaymentFlow.Persistence.Database;
using PaymentFlow.ServiceDefaults;

namespace PaymentFlow.Tests.Unit.ServiceDefaults;

/// <summary>An API with nothing but the defaults, on a real port.</summary>
public sealed class ApiDefaultsTests : IAsyncLifetime
{
    readonly WebApplication _app;
    readonly HttpClient _http = new();
    readonly TaskCompletionSource<string> _slow = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ApiDefaultsTests()
    {
        var builder = WebApplication.CreateBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["urls"] = "http://127.0.0.1:0",
            ["Operator:Key"] = "the operator's",
            ["Services:Key"] = "the services'",
            ["RateLimits:few:Permits"] = "2",
            ["RateLimits:few:WindowSeconds"] = "3600",
            ["RateLimits:AtOnce"] = "3",
            ["Clients:AllowedOrigins:0"] = "http://shop.example",
        });
        builder.Logging.ClearProviders();
        builder.AddServiceDefaults();
        builder.AddApiDefaults();
        builder.Services.Configure<ApiErrorOptions>(options => options.IsUnavailable = DatabaseFailure.IsAway);
        builder.AddRateLimit("few", permits: 1_000, window: TimeSpan.FromSeconds(1));
        _app = builder.Build();
        _app.UseApiDefaults();
        _app.MapDefaultEndpoints();
        _app.MapGet("/operator", () => "in").RequireAuthorization(Roles.Operator);
        _app.MapGet("/merchant", () => "in").RequireAuthorization(Roles.Merchant);
        _app.MapGet("/few", () => "in").RequireRateLimiting("few");
        _app.MapGet("/away/{sqlState}", string (string sqlState) =>
            throw new InvalidOperationException("wrapped", new PostgresException("a secret", "FATAL", "FATAL", sqlState)));
        _app.MapGet("/desynchronized", string () => throw new NpgsqlException("a secret"));
        _app.MapGet("/slow", () => _slow.Task);
        _app.MapGet("/open", () => _slow.Task).DisableRateLimiting();
        _app.MapGet("/broken", string () => throw new InvalidOperationException("a secret"));
    }

    public async ValueTask InitializeAsync()
    {
        await _app.StartAsync(TestContext.Current.CancellationToken);
        _http.BaseAddress = new Uri(_app.Urls.Single());
    }

    [Fact]
    public async Task A_key_grants_its_own_role_only()
    {
        await AssertProblemAsync(401, "unauthorized", "/operator");
        await AssertProblemAsync(401, "unauthorized", "/operator", ("X-Operator-Key", "wrong"));
        await AssertProblemAsync(401, "unauthorized", "/operator", ("X-Service-Key", "the services'"));
        using var response = await GetAsync("/operator", ("X-Service-Key", "wrong"), ("X-Operator-Key", "the operator's"));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [InlineData("/away/57P01")]
    [InlineData("/away/57014")]
    [InlineData("/away/25006")]
    [InlineData("/desynchronized")]
    public async Task A_request_while_the_database_is_away_is_answered_503_with_Retry_After(string path)
    {
        await AssertProblemAsync(503, "unavailable", path);
        using var response = await GetAsync(path);
        Assert.True(response.Headers.RetryAfter!.Delta > TimeSpan.Zero);
    }

    [Fact]
    public async Task A_request_above_the_concurrency_limit_is_answered_503_immediately()
    {
        List<Task<HttpResponseMessage>> open = [GetAsync("/open"), GetAsync("/open")];
        List<Task<HttpResponseMessage>> slow = [.. Enumerable.Range(0, 4).Select(_ => GetAsync("/slow"))];

        var putOff = await await Task.WhenAny(slow);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, putOff.StatusCode);
        Assert.Contains("\"unavailable\"", await putOff.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.True(putOff.Headers.RetryAfter!.Delta > TimeSpan.Zero);
        _ = Assert.Single(slow, task => task.IsCompleted);
        using (var health = await GetAsync("/health")) Assert.Equal(HttpStatusCode.OK, health.StatusCode);
        open.Add(GetAsync("/slow", ("X-Service-Key", "the services'")));
        _slow.SetResult("done");
        Assert.All(await Task.WhenAll(open), response => Assert.Equal(HttpStatusCode.OK, response.StatusCode));
        Assert.Equal(3, (await Task.WhenAll(slow)).Count(response => response.StatusCode == HttpStatusCode.OK));
    }

    [Fact]
    public async Task A_permanent_database_error_is_an_internal_error() => await AssertProblemAsync(500, "internal_error", "/away/42P01");

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("anything")]
    public async Task A_role_without_a_configured_key_is_granted_to_no_key(string key) =>
        await AssertProblemAsync(401, "unauthorized", "/merchant", ("X-Api-Key", key));

    [Fact]
    public async Task The_rate_limit_applies_to_an_address_but_not_to_a_service()
    {
        for (var i = 0; i < 2; i++) Assert.Equal(HttpStatusCode.OK, (await GetAsync("/few")).StatusCode);
        using var limited = await GetAsync("/few");
        Assert.Equal(HttpStatusCode.TooManyRequests, limited.StatusCode);
        Assert.True(limited.Headers.RetryAfter!.Delta > TimeSpan.Zero);
        await AssertProblemAsync(429, "rate_limited", "/few");
        await AssertProblemAsync(429, "rate_limited", "/few", ("X-Service-Key", "wrong"));
        for (var i = 0; i < 5; i++)
            Assert.Equal(HttpStatusCode.OK, (await GetAsync("/few", ("X-Service-Key", "the services'"))).StatusCode);
    }

    [Fact]
    public async Task An_internal_error_reveals_no_details()
    {
        using var response = await GetAsync("/broken");
        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        var body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Contains("internal_error", body);
        Assert.DoesNotContain("secret", body);
        Assert.DoesNotContain("InvalidOperation", body);
    }

    [Fact]
    public async Task An_unknown_address_and_a_wrong_method_are_problems_too()
    {
        await AssertProblemAsync(404, "not_found", "/nowhere");
        using var response = await _http.DeleteAsync("/few", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
        Assert.Contains("method_not_allowed", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("http://shop.example", true)]
    [InlineData("http://evil.example", false)]
    public async Task Only_pages_of_an_allowed_origin_may_call_the_API(string origin, bool allowed)
    {
        using HttpRequestMessage preflight = new(HttpMethod.Options, "/few");
        preflight.Headers.Add("Origin", origin);
        preflight.Headers.Add("Access-Control-Request-Method", "POST");
        preflight.Headers.Add("Access-Control-Request-Headers", "authorization,content-type");
        using var response = await _http.SendAsync(preflight, TestContext.Current.CancellationToken);
        Assert.Equal(allowed, response.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData("http://shop.example", true)]
    [InlineData("http://SHOP.example", true)]
    [InlineData("http://shop.example:81", false)]
    [InlineData("https://shop.example", false)]
    [InlineData("http://shop.example.evil.example", false)]
    [InlineData("null", false)]
    public void A_WebSocket_is_open_to_allowed_origins_and_to_programs(string? origin, bool allowed)
    {
        AllowedOrigins origins = new(_app.Configuration);
        DefaultHttpContext context = new();
        if (origin is not null) context.Request.Headers.Origin = origin;
        Assert.Equal(allowed, origins.Allows(context.Request));
    }

    [Fact]
    public async Task Health_is_open_to_probes()
    {
        Assert.Equal(HttpStatusCode.OK, (await GetAsync("/health")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await GetAsync("/alive")).StatusCode);
    }

    [Fact]
    public async Task The_health_answer_contains_no_exception_message()
    {
        // Aspire's check of Postgres uses the exception's message as its description, as "theirs" does below.
        InvalidOperationException error = new("Failed to connect to a secret host");
        Dictionary<string, HealthReportEntry> checks = new()
        {
            ["theirs"] = new(HealthStatus.Unhealthy, error.Message, TimeSpan.Zero, error, null),
            ["ours"] = new(HealthStatus.Degraded, "Kafka does not answer.", TimeSpan.Zero, error, null),
        };
        DefaultHttpContext context = new();
        using MemoryStream body = new();
        context.Response.Body = body;
        await HealthAnswer.WriteAsync(context, new HealthReport(checks, TimeSpan.Zero));
        Assert.Equal("Unhealthy\ntheirs: Unhealthy\nours: Kafka does not answer.", Encoding.UTF8.GetString(body.ToArray()));
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _app.DisposeAsync();
    }

    async Task AssertProblemAsync(int status, string code, string path, params (string Name, string Value)[] headers)
    {
        using var response = await GetAsync(path, headers);
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        Assert.Equal(code, problem.GetProperty("code").GetString());
    }

    async Task<HttpResponseMessage> GetAsync(string path, params (string Name, string Value)[] headers)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, path);
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        return await _http.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
