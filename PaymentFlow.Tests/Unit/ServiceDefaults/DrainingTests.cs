using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace PaymentFlow.Tests.Unit.ServiceDefaults;

/// <summary>The first moments after SIGTERM.</summary>
public sealed class DrainingTests
{
    [Fact]
    public async Task A_stopping_service_reports_not_ready_but_still_answers_for_a_while()
    {
        var token = TestContext.Current.CancellationToken;
        FakeTimeProvider time = new();
        var builder = WebApplication.CreateBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["urls"] = "http://127.0.0.1:0",
            ["Shutdown:TurnAwayFor"] = "00:00:05",
        });
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<TimeProvider>(time);
        builder.AddServiceDefaults();
        await using var app = builder.Build();
        app.MapDefaultEndpoints();
        app.MapGet("/work", () => "done");
        await app.StartAsync(token);
        using HttpClient http = new() { BaseAddress = new Uri(app.Urls.Single()) };
        Assert.Equal("Healthy", await http.GetStringAsync("/health", token));

        app.Lifetime.StopApplication();
        var stopping = app.StopAsync(token);

        using (var health = await http.GetAsync("/health", token))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, health.StatusCode);
            Assert.Equal("Unhealthy\nstopping: The service is stopping.", await health.Content.ReadAsStringAsync(token));
        }
        Assert.Equal("done", await http.GetStringAsync("/work", token));
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/alive", token)).StatusCode);

        Assert.False(stopping.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(5));
        await stopping;
        await Assert.ThrowsAsync<HttpRequestException>(() => http.GetAsync("/work", token));
    }
}
