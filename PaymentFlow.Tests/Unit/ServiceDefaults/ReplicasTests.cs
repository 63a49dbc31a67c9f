using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace PaymentFlow.Tests.Unit.ServiceDefaults;

/// <summary>Calls to a service with two replicas, one of them dead.</summary>
public sealed class ReplicasTests
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_dead_replica_does_not_block_calls_to_the_healthy_one()
    {
        await using var peer = await StartAsync();
        using var caller = Caller(DeadAddress(), peer.Urls.Single());
        using var http = caller.Services.GetRequiredService<IHttpClientFactory>().CreateClient();

        // A POST is sent once, to the replica whose turn it is. A circuit breaker shared by both replicas would open during this loop.
        var served = 0;
        for (var i = 0; i < 300; i++)
        {
            try
            {
                using var response = await http.PostAsync(new Uri("http://peer/"), null, Token);
                served++;
            }
            catch (HttpRequestException)
            {
                // The call went to the dead replica.
            }
            catch (Polly.CircuitBreaker.BrokenCircuitException)
            {
                // The dead replica's circuit breaker is open.
            }
        }

        Assert.InRange(served, 149, 151);
        // A GET may be repeated, so it is sent again to the other replica.
        using var repeated = await http.GetAsync(new Uri("http://peer/"), Token);
        Assert.Equal(HttpStatusCode.OK, repeated.StatusCode);
    }

    [Fact]
    public async Task What_one_client_meets_does_not_stop_another_client()
    {
        await using var peer = await StartAsync();
        using var caller = Caller(peer.Urls.Single());
        var clients = caller.Services.GetRequiredService<IHttpClientFactory>();
        using var console = clients.CreateClient("console");
        using var shop = clients.CreateClient("shop");

        var stopped = false;
        for (var i = 0; i < 300 && !stopped; i++)
        {
            try
            {
                using var response = await console.PostAsync(new Uri("http://peer/away"), null, Token);
            }
            catch (Polly.CircuitBreaker.BrokenCircuitException)
            {
                stopped = true;
            }
        }

        Assert.True(stopped, "The console's circuit breaker has not opened.");
        using var served = await shop.PostAsync(new Uri("http://peer/"), null, Token);
        Assert.Equal(HttpStatusCode.OK, served.StatusCode);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(501)]
    public async Task An_answer_to_one_request_is_neither_retried_nor_counted_against_others(int status)
    {
        var requests = 0;
        await using var peer = await StartAsync(() => Interlocked.Increment(ref requests));
        using var caller = Caller(peer.Urls.Single());
        using var http = caller.Services.GetRequiredService<IHttpClientFactory>().CreateClient();

        // The breaker judges from 100 requests on.
        for (var i = 0; i < 150; i++)
        {
            using var response = await http.GetAsync(new Uri($"http://peer/answer/{status}"), Token);
            Assert.Equal(status, (int)response.StatusCode);
        }

        Assert.Equal(150, requests);
        using var other = await http.GetAsync(new Uri("http://peer/"), Token);
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
    }

    static IHost Caller(params string[] addresses)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(
            addresses.Select((address, index) => KeyValuePair.Create($"services:peer:http:{index}", (string?)address)));
        builder.AddServiceDefaults();
        return builder.Build();
    }

    /// <param name="asked">Called for each request to <c>/answer</c>.</param>
    static async Task<WebApplication> StartAsync(Action? asked = null)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration["urls"] = "http://127.0.0.1:0";
        var app = builder.Build();
        app.MapMethods("/", ["GET", "POST"], () => Results.Ok());
        app.MapPost("/away", () => Results.StatusCode(StatusCodes.Status503ServiceUnavailable));
        app.MapGet("/answer/{status:int}", (int status) =>
        {
            asked?.Invoke();
            return Results.StatusCode(status);
        });
        await app.StartAsync(Token);
        return app;
    }

    static string DeadAddress()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return $"http://{listener.LocalEndpoint}";
    }
}
