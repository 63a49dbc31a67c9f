using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using PaymentFlow.AppHost.Development;

namespace PaymentFlow.Testing.Chaos;

/// <summary>Receives webhooks in this process, as a shop that is always up, and remembers them.</summary>
public sealed class WebhookShop : IAsyncDisposable
{
    readonly HttpListener _listener = new();
    readonly ConcurrentQueue<WebhookRow> _received = new();
    readonly Task _serving;

    public WebhookShop()
    {
        Address = $"http://127.0.0.1:{FreePort.Next()}/webhooks/";
        _listener.Prefixes.Add(Address);
        _listener.Start();
        _serving = ServeAsync();
    }

    public string Address { get; }

    /// <summary>The webhooks of paid orders so far, repetitions included.</summary>
    public IReadOnlyList<WebhookRow> Received => [.. _received];

    async Task ServeAsync()
    {
        while (true)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
            _ = TakeAsync(context);
        }
    }

    async Task TakeAsync(HttpListenerContext context)
    {
        try
        {
            var body = (await JsonNode.ParseAsync(context.Request.InputStream))!;
            _received.Enqueue(new WebhookRow(body["data"]!["orderId"]!.GetValue<Guid>(), context.Request.Headers["webhook-id"]!));
            context.Response.StatusCode = (int)HttpStatusCode.NoContent;
            context.Response.Close();
        }
        catch (Exception e) when (e is HttpListenerException or IOException or ObjectDisposedException or System.Text.Json.JsonException)
        {
            // The sender was killed in the middle of its request, and sends it again.
        }
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Close();
        await _serving;
    }
}
