using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PaymentFlow.ServiceDefaults;

namespace PaymentFlow.Tests.Unit.ServiceDefaults;

/// <summary>Which answer an exception gets does not depend on what was registered first.</summary>
public sealed class ApiErrorTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_services_own_problem_takes_precedence_whatever_was_registered_first(bool ownFirst)
    {
        var token = TestContext.Current.CancellationToken;
        var builder = Builder();
        if (ownFirst) AddOwnProblem(builder);
        builder.Services.Configure<ApiErrorOptions>(options => options.IsUnavailable = e => e is TimeoutException);
        builder.AddApiDefaults();
        if (!ownFirst) AddOwnProblem(builder);
        await using var app = builder.Build();
        app.UseApiDefaults();
        app.MapGet("/own", string () => throw new TimeoutException("own"));
        app.MapGet("/other", string () => throw new TimeoutException("other"));
        await app.StartAsync(token);
        using HttpClient http = new() { BaseAddress = new Uri(app.Urls.Single()) };

        foreach (var (path, code) in (KeyValuePair<string, string>[])[new("/own", "database_unavailable"), new("/other", "unavailable")])
        {
            using var response = await http.GetAsync(path, token);
            var problem = await response.Content.ReadFromJsonAsync<JsonElement>(token);
            Assert.Equal((HttpStatusCode.ServiceUnavailable, code), (response.StatusCode, problem.GetProperty("code").GetString()));
            Assert.True(response.Headers.RetryAfter!.Delta > TimeSpan.Zero);
        }
        Assert.Single(app.Services.GetServices<IExceptionHandler>());
    }

    [Fact]
    public async Task Two_own_problems_would_depend_on_their_order_so_the_second_is_refused()
    {
        var builder = Builder();
        AddOwnProblem(builder);
        AddOwnProblem(builder);
        await using var app = builder.Build();
        Assert.Throws<InvalidOperationException>(() => app.Services.GetRequiredService<IOptions<ApiErrorOptions>>().Value);
    }

    static WebApplicationBuilder Builder()
    {
        var builder = WebApplication.CreateBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["urls"] = "http://127.0.0.1:0" });
        builder.Logging.ClearProviders();
        builder.AddServiceDefaults();
        return builder;
    }

    static void AddOwnProblem(WebApplicationBuilder builder) => builder.Services.Configure<ApiErrorOptions>(
        options => options.OwnProblem = e => e.Message == "own" ? ApiProblem.Create("database_unavailable", 503, "Unavailable") : null);
}
