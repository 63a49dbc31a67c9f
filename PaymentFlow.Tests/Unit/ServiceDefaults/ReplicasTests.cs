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

    static IHost Caller(params string[] addresses)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(
            addresses.Select((address, index) => KeyValuePair.Create($"services:peer:http:{index}", (string?)address)));
        builder.AddServiceDefaults();
        return builder.Build();
    }

    static async Task<WebApplication> StartAsync()
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration["urls"] = "http://127.0.0.1:0";
        var app = builder.Build();
        app.MapMethods("/", ["GET", "POST"], () => Results.Ok());
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
