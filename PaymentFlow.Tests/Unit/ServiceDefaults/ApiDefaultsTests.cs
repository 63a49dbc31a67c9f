using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
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
            ["RateLimits:ServicesAtOnce"] = "2",
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
        _app.MapPost("/json", (Body body) => body.Amount?.ToString(CultureInfo.InvariantCulture) ?? "none");
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
        // Our own services have a limit of their own, which the others do not use up.
        List<Task<HttpResponseMessage>> services = [.. Enumerable.Range(0, 3).Select(_ =>
            GetAsync("/slow", ("X-Service-Key", "the services'")))];
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await await Task.WhenAny(services)).StatusCode);
        _slow.SetResult("done");
        Assert.All(await Task.WhenAll(open), response => Assert.Equal(HttpStatusCode.OK, response.StatusCode));
        Assert.Equal(3, (await Task.WhenAll(slow)).Count(response => response.StatusCode == HttpStatusCode.OK));
        Assert.Equal(2, (await Task.WhenAll(services)).Count(response => response.StatusCode == HttpStatusCode.OK));
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
    [InlineData("GET", "/nowhere", 404)]
    [InlineData("DELETE", "/few", 405)]
    [InlineData("GET", "/operator", 401)]
    [InlineData("GET", "/few?a=%00", 400)]
    [InlineData("GET", "/away/57P01", 503)]
    [InlineData("GET", "/broken", 500)]
    [InlineData("POST", "/json", 400, "{")]
    [InlineData("POST", "/json", 415, "{}", "text/plain")]
    [InlineData("POST", "/json", 415, "{}", "application/json; charset=x-unknown")]
    public async Task A_page_can_read_every_error(string method, string path, int status, string? body = null, string? type = null)
    {
        using HttpRequestMessage request = new(new HttpMethod(method), path);
        if (body is not null)
        {
            request.Content = new StringContent(body);
            request.Content.Headers.Remove("Content-Type");
            request.Content.Headers.TryAddWithoutValidation("Content-Type", type ?? "application/json");
        }
        await AssertReadableAsync(request, status);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_page_can_read_that_its_body_is_too_large(bool chunked)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, "/json")
        {
            Content = new StringContent(new string(' ', 1 << 17), Encoding.UTF8, "application/json"),
        };
        request.Headers.TransferEncodingChunked = chunked;
        await AssertReadableAsync(request, 413);
    }

    [Fact]
    public async Task A_page_can_read_that_it_is_above_a_limit()
    {
        for (var i = 0; i < 2; i++) Assert.Equal(HttpStatusCode.OK, (await GetAsync("/few")).StatusCode);
        using HttpRequestMessage request = new(HttpMethod.Get, "/few");
        await AssertReadableAsync(request, 429);
    }

    [Theory]
    [InlineData("application/json", 200)]
    [InlineData("application/json; charset=utf-8", 200)]
    [InlineData("application/json; charset=\"utf-8\"", 200)]
    [InlineData("application/json; charset=\"UTF\\-8\"", 200)]
    [InlineData("application/json; charset=utf8", 200)]
    [InlineData("application/json; charset=\"us-ascii\"", 200)]
    [InlineData("application/merchant+json; charset=\"utf-8\"", 200)]
    [InlineData("application/json; charset=", 415)]
    [InlineData("application/json; charset=\"\"", 415)]
    [InlineData("application/json; charset=x-unknown", 415)]
    [InlineData("application/json; charset=utf-7", 415)]
    [InlineData("application/json; charset=\"a b\"", 415)]
    [InlineData("application/xml; charset=utf-8", 415)]
    [InlineData("rubbish", 415)]
    public async Task A_body_is_read_in_its_charset_or_refused(string type, int status)
    {
        using var response = await PostAsync("""{"amount":1}""", type);
        Assert.Equal(status, (int)response.StatusCode);
    }

    [Theory]
    [InlineData("identity", 200)]
    [InlineData("gzip", 415)]
    [InlineData("br, identity", 415)]
    public async Task A_compressed_body_is_refused_by_name(string coding, int status)
    {
        using var response = await PostAsync("""{"amount":1}""", coding: coding);
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(status == 415, response.Headers.TryGetValues("Accept-Encoding", out var accepted));
        if (accepted is not null) Assert.Equal(["identity"], accepted);
    }

    [Theory]
    [InlineData("""{}""", 200, "none")]
    [InlineData("""{"amount":7}""", 200, "7")]
    [InlineData("""{"amount":99999999999999999999}""", 200, "9223372036854775807")]
    [InlineData("""{"amount":null}""", 400, "malformed_request")]
    [InlineData("""{"amount":"7"}""", 400, "malformed_request")]
    [InlineData("""{"amount":1.5}""", 400, "malformed_request")]
    [InlineData("""{"text":"\ud800"}""", 400, "malformed_request")]
    [InlineData("""{"text":"\udc00 \ud800"}""", 400, "malformed_request")]
    [InlineData("""{"\ud800":1}""", 400, "malformed_request")]
    public async Task Null_is_no_amount_and_half_a_character_is_no_text(string body, int status, string expected)
    {
        using var response = await PostAsync(body);
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Contains(expected, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("/few?reference=%00", 400)]
    [InlineData("/few?reference=a&reference=b%00", 400)]
    [InlineData("/few?%00", 400)]
    [InlineData("/few?reference=%01%ED%A0%80", 200)]
    public async Task A_query_with_NUL_is_malformed(string path, int status) =>
        Assert.Equal(status, (int)(await GetAsync(path)).StatusCode);

    [Theory]
    [InlineData("/few", 200)]
    [InlineData("/alive", 200)]
    [InlineData("/operator", 401)]
    [InlineData("/nowhere", 404)]
    [InlineData("/json", 405)]
    [InlineData("/broken", 500)]
    public async Task HEAD_is_answered_like_GET_without_a_body(string path, int status)
    {
        using var get = await GetAsync(path);
        using HttpRequestMessage request = new(HttpMethod.Head, path);
        using var head = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal((status, status), ((int)get.StatusCode, (int)head.StatusCode));
        Assert.Equal(get.Content.Headers.ContentType, head.Content.Headers.ContentType);
        Assert.Equal("", await head.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
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

    async Task AssertReadableAsync(HttpRequestMessage request, int status)
    {
        request.Headers.Add("Origin", "http://shop.example");
        using var response = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(["http://shop.example"], response.Headers.GetValues("Access-Control-Allow-Origin"));
    }

    async Task<HttpResponseMessage> PostAsync(string body, string type = "application/json", string? coding = null)
    {
        using StringContent content = new(body);
        content.Headers.Remove("Content-Type");
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        if (coding is not null) content.Headers.TryAddWithoutValidation("Content-Encoding", coding);
        return await _http.PostAsync("/json", content, TestContext.Current.CancellationToken);
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

    public sealed record Body(
        string? Text = null, [property: JsonConverter(typeof(OptionalInt64Converter))] long? Amount = null);
}
