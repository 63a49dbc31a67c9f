using System.Globalization;
using System.Text;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;
using PaymentFlow.Contracts.Events;
using PaymentFlow.Messaging.Push;

namespace PaymentFlow.OrderService.Live;

/// <summary>
/// One client's stream of server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html). An event's id is the
/// order's version, and its data is the frame that a WebSocket gets.
/// </summary>
/// <remarks>
/// The framework's own result (<c>TypedResults.ServerSentEvents</c>) cannot write comments, which keep an idle stream open.
/// </remarks>
sealed class LiveEventStream(EventStreamOptions options, CultureInfo language, PushReceiptWriter journal, TimeProvider time)
    : LiveConnection(LiveMetrics.EventStream, language, journal, time)
{
    public const string MediaType = "text/event-stream";
    const double EndJitter = 0.2;

    // Asks nginx not to collect the events: https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_buffering
    const string ProxyBuffering = "X-Accel-Buffering";

    // The pause before a client without a rule of its own connects again. It differs, so that clients do not come together.
    const int MinRetryMilliseconds = 1_000;
    const int MaxRetryMilliseconds = 3_000;

    // There is never more than one reason to wait for, because the sender looks at the newest state.
    readonly Channel<byte> _wakes = Channel.CreateBounded<byte>(
        new BoundedChannelOptions(1) { SingleReader = true, FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>
    /// Sends the offered state and every newer one, until the client leaves, the service stops or the stream is old. It then ends properly,
    /// and the client connects again.
    /// </summary>
    /// <param name="lastEventId">The version that the client has. If it is the newest, the client gets only newer ones.</param>
    public async Task RunAsync(HttpContext context, long lastEventId, CancellationToken stopping)
    {
        var response = context.Response;
        response.ContentType = MediaType;
        response.Headers[ProxyBuffering] = "no";
        response.Headers[HeaderNames.CacheControl] = "no-store";
        if (context.IsHead()) return;
        context.Features.GetRequiredFeature<IHttpResponseBodyFeature>().DisableBuffering();

        using var counted = Count();
        using CancellationTokenSource old = new(options.EndAfter * (1 - EndJitter * Random.Shared.NextDouble()), Time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stopping, context.RequestAborted, old.Token);
        await using var keepAlive = Time.CreateTimer(
            static stream => ((LiveEventStream)stream!).Wake(), this, options.KeepAliveEvery, options.KeepAliveEvery);
        if (lastEventId == Newest) Sent = lastEventId;
        try
        {
            var retry = Random.Shared.Next(MinRetryMilliseconds, MaxRetryMilliseconds);
            await response.WriteAsync($"retry: {retry.ToString(CultureInfo.InvariantCulture)}\n\n", context.RequestAborted);
            do
            {
                _wakes.Reader.TryRead(out _);
                await SendAsync(response, context.RequestAborted);
            }
            while (await _wakes.Reader.WaitToReadAsync(end.Token));
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // This is the normal end.
        }
    }

    protected override void Wake() => _wakes.Writer.TryWrite(0);

    /// <remarks>Only the client's end cancels a write, because a canceled write also aborts the connection.</remarks>
    async Task SendAsync(HttpResponse response, CancellationToken aborted)
    {
        if (Unsent() is { } state)
        {
            await response.BodyWriter.WriteAsync(EventOf(state), aborted);
            Record(state);
        }
        else
        {
            await response.BodyWriter.WriteAsync(":\n\n"u8.ToArray(), aborted);
        }
    }

    byte[] EventOf(OrderEvent state) =>
    [
        .. Encoding.ASCII.GetBytes($"id: {state.Version.ToString(CultureInfo.InvariantCulture)}\ndata: "), .. FrameOf(state), .. "\n\n"u8,
    ];
}
