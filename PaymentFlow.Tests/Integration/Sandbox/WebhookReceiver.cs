using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Stripe;

namespace PaymentFlow.Tests.Integration.Sandbox;

/// <summary>A webhook endpoint like PaymentApi's, which checks the signature with Stripe.net.</summary>
internal sealed class WebhookReceiver : IAsyncDisposable
{
    readonly WebApplication _app;
    readonly Channel<Event> _events = Channel.CreateUnbounded<Event>();
    int _toRefuse;

    WebhookReceiver(WebApplication app, int refuseFirst) => (_app, _toRefuse) = (app, refuseFirst);

    public Uri Address => new(_app.Urls.First());
    public ConcurrentQueue<Event> Taken { get; } = new();
    /// <summary>All events that were answered with success, in the order of arrival.</summary>
    public ConcurrentQueue<Event> Arrived { get; } = new();
    public ConcurrentQueue<string> Refused { get; } = new();

    public static async Task<WebhookReceiver> StartAsync(int refuseFirst = 0)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var receiver = new WebhookReceiver(app, refuseFirst);
        app.MapPost("/stripe/webhooks", receiver.TakeAsync);
        await app.StartAsync();
        return receiver;
    }

    /// <summary>Waits for the next event of this type. Events of other types are kept for later calls.</summary>
    public async Task<Event> NextAsync(string type)
    {
        while (true)
        {
            if (Taken.FirstOrDefault(e => e.Type == type && !_given.Contains(e.Id)) is { } found)
            {
                _given.Add(found.Id);
                return found;
            }
            Taken.Enqueue(await _events.Reader.ReadAsync(TestContext.Current.CancellationToken));
        }
    }

    readonly HashSet<string> _given = [];

    async Task<IResult> TakeAsync(HttpRequest request)
    {
        using var reader = new StreamReader(request.Body);
        var body = await reader.ReadToEndAsync();
        var happened = EventUtility.ConstructEvent(body, request.Headers["Stripe-Signature"], SandboxHost.WebhookSecret);
        if (Interlocked.Decrement(ref _toRefuse) >= 0)
        {
            Refused.Enqueue(happened.Id);
            return Results.StatusCode(503);
        }
        Arrived.Enqueue(happened);
        _events.Writer.TryWrite(happened);
        return Results.Ok();
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
