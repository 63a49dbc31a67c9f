using System.Diagnostics.Metrics;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using PaymentFlow.ServiceDefaults;
using PaymentFlow.Tests.Fixtures;

namespace PaymentFlow.Tests.Unit.ServiceDefaults;

/// <summary>An API whose keys somebody guesses. The tests state the client's address as a known proxy does.</summary>
public sealed class WrongKeysTests : IAsyncLifetime
{
    const int Permits = 3;
    const string OperatorKey = "the-operators-key-of-40-random-characters";
    const string ViewerKey = "the-viewers-key-of-40-random-characters.";
    const string ServiceKey = "the-services-key-of-40-random-characters";
    const string Guesser = "203.0.113.7";

    readonly WebApplication _app;
    readonly HttpClient _http = new();
    readonly LogLines _log = new();

    public WrongKeysTests()
    {
        var builder = WebApplication.CreateBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["urls"] = "http://127.0.0.1:0",
            ["Operator:Key"] = OperatorKey,
            ["Operator:ViewerKey"] = ViewerKey,
            ["Services:Key"] = ServiceKey,
            ["Proxies:Known:0"] = "127.0.0.1",
            ["RateLimits:keys:Permits"] = $"{Permits}",
            ["RateLimits:keys:WindowSeconds"] = "3600",
        });
        builder.Logging.ClearProviders().AddProvider(_log);
        builder.AddServiceDefaults();
        builder.AddApiDefaults();
        _app = builder.Build();
        _app.UseApiDefaults();
        _app.MapGet("/operator", () => "in").RequireAuthorization(Roles.Operator);
        _app.MapGet("/viewer", () => "in").RequireAuthorization(Roles.Viewer);
        _app.MapGet("/service", () => "in").RequireAuthorization(Roles.Service);
        _app.MapGet("/open", (HttpContext context) => context.User.IsInRole(Roles.Operator) ? "operator" : "anybody");
    }

    public async ValueTask InitializeAsync()
    {
        await _app.StartAsync(TestContext.Current.CancellationToken);
        _http.BaseAddress = new Uri(_app.Urls.Single());
    }

    [Fact]
    public async Task After_a_few_wrong_keys_even_the_right_one_is_refused_from_that_address()
    {
        for (var i = 0; i < Permits; i++)
            Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync("/operator", ("X-Operator-Key", $"guess-{i}")));

        using var limited = await GetAsync("/operator", Guesser, ("X-Operator-Key", "guess"));
        Assert.Equal(HttpStatusCode.TooManyRequests, limited.StatusCode);
        Assert.True(limited.Headers.RetryAfter!.Delta > TimeSpan.Zero);
        Assert.Contains("\"rate_limited\"", await limited.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal(HttpStatusCode.TooManyRequests, await StatusAsync("/operator", ("X-Operator-Key", OperatorKey)));
        // The viewers' key shares the header, so it must not tell that it is right either.
        Assert.Equal(HttpStatusCode.TooManyRequests, await StatusAsync("/viewer", ("X-Operator-Key", ViewerKey)));
        // The same where a key is optional, which would otherwise tell whether it is right.
        Assert.Equal(HttpStatusCode.TooManyRequests, await StatusAsync("/open", ("X-Operator-Key", OperatorKey)));

        // Everybody else, and what needs no key, is as before.
        using var other = await GetAsync("/operator", "203.0.113.8", ("X-Operator-Key", OperatorKey));
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync("/open"));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync("/operator"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync("/operator", ("X-Operator-Key", OperatorKey), ("X-Service-Key", ServiceKey)));
    }

    [Fact]
    public async Task Right_keys_are_not_limited()
    {
        for (var i = 0; i < 3 * Permits; i++)
        {
            Assert.Equal(HttpStatusCode.OK, await StatusAsync("/operator", ("X-Operator-Key", OperatorKey)));
            Assert.Equal(HttpStatusCode.OK, await StatusAsync("/viewer", ("X-Operator-Key", OperatorKey)));
            Assert.Equal(HttpStatusCode.OK, await StatusAsync("/viewer", ("X-Operator-Key", ViewerKey)));
        }
    }

    [Fact]
    public async Task A_viewer_who_acts_is_told_so_and_does_not_count_as_a_guess()
    {
        for (var i = 0; i < 3 * Permits; i++)
        {
            using var refused = await GetAsync("/operator", Guesser, ("X-Operator-Key", ViewerKey), ("X-Service-Key", ServiceKey));
            Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
            Assert.Contains("\"viewer_cannot_act\"", await refused.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        }
        // Neither key works for the other's calls, and the answer does not tell that the key is known.
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync("/service", ("X-Operator-Key", ViewerKey)));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync("/operator", ("X-Service-Key", ServiceKey)));
    }

    [Fact]
    public async Task A_wrong_service_key_is_refused_only_where_a_key_is_needed()
    {
        // As from a service that does not have the new key yet.
        for (var i = 0; i < 2 * Permits; i++)
            Assert.Equal(HttpStatusCode.OK, await StatusAsync("/open", ("X-Service-Key", "the old one")));
        Assert.Equal(HttpStatusCode.TooManyRequests, await StatusAsync("/service", ("X-Service-Key", "the old one")));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync("/service", ("X-Service-Key", ServiceKey)));
    }

    [Fact]
    public async Task A_wrong_key_is_logged_with_the_address_and_counted_and_the_log_cannot_be_flooded()
    {
        var counted = 0L;
        using MeterListener listener = new();
        var meters = _app.Services.GetRequiredService<IMeterFactory>();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Name == "paymentflow.keys.wrong" && instrument.Meter.Scope == meters) self.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((_, measurement, _, _) => Interlocked.Add(ref counted, measurement));
        listener.Start();

        for (var i = 0; i < 2 * Permits; i++) await StatusAsync("/operator", ("X-Operator-Key", "a wrong guess"));

        Assert.Equal(2 * Permits, Interlocked.Read(ref counted));
        var lines = _log.Where(line => line.Contains("X-Operator-Key", StringComparison.Ordinal)).ToList();
        Assert.Equal(Permits, lines.Count);
        Assert.All(lines, line => Assert.StartsWith(
            $"Warning X-Operator-Key is wrong in a request from {Guesser}", line, StringComparison.Ordinal));
        Assert.DoesNotContain(_log, line => line.Contains("a wrong guess", StringComparison.Ordinal));
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _app.DisposeAsync();
        _log.Dispose();
    }

    async Task<HttpStatusCode> StatusAsync(string path, params (string Name, string Value)[] headers)
    {
        using var response = await GetAsync(path, Guesser, headers);
        return response.StatusCode;
    }

    async Task<HttpResponseMessage> GetAsync(string path, string address, params (string Name, string Value)[] headers)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, path);
        request.Headers.Add("X-Forwarded-For", address);
        foreach (var (name, value) in headers) request.Headers.Add(name, value);
        return await _http.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
