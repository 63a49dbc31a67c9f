using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using PaymentFlow.Tests.Fixtures;

namespace PaymentFlow.Tests.Integration.Webhooks;

/// <summary>A webhook as a shop receives it.</summary>
sealed record Received(string Id, string Timestamp, string Signature, byte[] Body, IReadOnlyDictionary<string, string> Headers)
{
    public JsonNode Json => JsonNode.Parse(Body)!;

    public string Type => Json["type"]!.GetValue<string>();

    public string? OrderId => Json["data"]!["orderId"]?.GetValue<string>();

    /// <summary>Whether one of the signatures is made with the secret. Written anew from the specification.</summary>
    public bool IsSignedWith(string secret)
    {
        var key = Convert.FromBase64String(secret["whsec_".Length..]);
        byte[] signed = [.. Encoding.UTF8.GetBytes($"{Id}.{Timestamp}."), .. Body];
        return Signature.Split(' ').Contains("v1," + Convert.ToBase64String(HMACSHA256.HashData(key, signed)));
    }
}

/// <summary>A shop's endpoint, which remembers what it received and answers as the test wants.</summary>
sealed class ShopEndpoint : IAsyncDisposable
{
    readonly WebApplication _app;
    int _held;

    ShopEndpoint(WebApplication app) => _app = app;

    public string Url => $"{_app.Urls.First()}/webhooks";

    public ConcurrentQueue<Received> Received { get; } = new();

    /// <summary>Requests that are not answered yet.</summary>
    public int Held => Volatile.Read(ref _held);

    /// <summary>Answers by this function; 204 without one.</summary>
    public Func<HttpContext, Task>? Answer { get; set; }

    public static async Task<ShopEndpoint> StartAsync(Func<HttpContext, Task>? answer = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        ShopEndpoint shop = new(app) { Answer = answer };
        app.MapPost("/webhooks", shop.TakeAsync);
        await app.StartAsync();
        return shop;
    }

    /// <summary>Keeps a request until the sender gives up.</summary>
    public static Task HangAsync(HttpContext context) => Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(
        _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

    public static Func<HttpContext, Task> AnswerWith(int status) => context =>
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    };

    /// <summary>Waits for the first webhook that matches.</summary>
    public async Task<Received> GotAsync(Func<Received, bool> matches)
    {
        Received? got = null;
        await Eventually.TrueAsync(() => (got = Received.FirstOrDefault(matches)) is not null);
        return got!;
    }

    async Task TakeAsync(HttpContext context)
    {
        Interlocked.Increment(ref _held);
        try
        {
            using MemoryStream body = new();
            await context.Request.Body.CopyToAsync(body, context.RequestAborted);
            var headers = context.Request.Headers.ToDictionary(
                header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase);
            Received.Enqueue(new(
                headers["webhook-id"], headers["webhook-timestamp"], headers["webhook-signature"], body.ToArray(), headers));
            if (Answer is { } answer) await answer(context);
            else context.Response.StatusCode = StatusCodes.Status204NoContent;
        }
        finally
        {
            Interlocked.Decrement(ref _held);
        }
    }

    public async ValueTask DisposeAsync()
    {
        using CancellationTokenSource now = new();
        await now.CancelAsync();
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }
}
