using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace PaymentFlow.Tests.Unit.ServiceDefaults;

/// <summary>A service with two replicas, one of them dead, as its callers see it.</summary>
public sealed class ReplicasTests
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_dead_replica_does_not_shut_out_the_living_one()
    {
        await using var peer = await StartAsync();
        using var caller = Caller(DeadAddress(), peer.Urls.Single());
        using var http = caller.Services.GetRequiredService<IHttpClientFactory>().CreateClient();

        // A POST is tried once, at the replica whose turn it is. One circuit breaker for both would open half-way.
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
                // The dead one's turn.
            }
            catch (Polly.CircuitBreaker.BrokenCircuitException)
            {
                // The dead one's turn, and that is known by now.
            }
        }

        Assert.InRange(served, 149, 151);
        // What may be repeated is repeated at the other.
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
