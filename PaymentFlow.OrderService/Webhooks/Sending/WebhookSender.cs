using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace PaymentFlow.OrderService.Webhooks.Sending;

/// <summary>
/// Sends webhooks to addresses that merchants chose, so it trusts neither the address nor the answer. It follows no redirect, has no
/// cookies, no proxy and no trace headers, reads at most 64 KiB of an answer and keeps 1 KiB. Its connections are its own: the handlers of
/// the calls between services would retry, and stop calling.
/// </summary>
sealed class WebhookSender : IDisposable
{
    const int MaxRead = 64 * 1024;
    const int MaxKept = 1024;
    const int BufferSize = 4 * 1024;
    const int MaxHeadersKilobytes = 16;

    readonly HttpMessageInvoker _http;
    readonly WebhookOptions _options;
    readonly TimeProvider _time;

    public WebhookSender(WebhookAddresses addresses, WebhookOptions options, TimeProvider time)
    {
        (_options, _time) = (options, time);
        _http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            ConnectCallback = addresses.ConnectAsync,
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            AutomaticDecompression = DecompressionMethods.None,
            // Without it the handler would send our trace ids, and baggage, to strangers.
            ActivityHeadersPropagator = null,
            MaxResponseHeadersLength = MaxHeadersKilobytes,
            MaxResponseDrainSize = 0,
            // A name may lead to another address later.
            PooledConnectionLifetime = TimeSpan.FromMinutes(1),
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(20),
        });
    }

    /// <summary>Makes one try, which takes no longer than <see cref="WebhookOptions.Timeout"/>.</summary>
    /// <exception cref="OperationCanceledException">The service stops. It is unknown whether the endpoint got the event.</exception>
    public async Task<WebhookOutcome> SendAsync(WebhookRequest request, CancellationToken cancellationToken)
    {
        var at = _time.GetUtcNow();
        var begun = _time.GetTimestamp();
        WebhookOutcome Outcome(int? status, string? error) => new(at, _time.GetElapsedTime(begun), status, error, null);

        using CancellationTokenSource timeout = new(_options.Timeout, _time);
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            using var message = Message(request, at);
            using var response = await _http.SendAsync(message, ends.Token);
            var answered = Outcome((int)response.StatusCode, null);
            return answered with { Response = await BeginningOfAsync(response.Content, ends.Token, cancellationToken) };
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Outcome(null, WebhookErrors.Timeout);
        }
        catch (HttpRequestException e)
        {
            return Outcome(null, ErrorOf(e));
        }
    }

    static HttpRequestMessage Message(WebhookRequest request, DateTimeOffset at)
    {
        HttpRequestMessage message = new(HttpMethod.Post, request.Url) { Content = new ByteArrayContent(request.Body) };
        message.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        message.Headers.UserAgent.Add(new ProductInfoHeaderValue("PaymentFlow", "1.0"));
        message.Headers.Add("webhook-id", request.Id.ToString());
        message.Headers.Add("webhook-timestamp", WebhookSignature.Seconds(at));
        message.Headers.Add("webhook-signature", WebhookSignature.Of(request.Id.ToString(), at, request.Body, request.Secrets));
        return message;
    }

    /// <summary>Reads for people. The status has decided already, so a body that fails, or takes too long, changes nothing.</summary>
    static async Task<string?> BeginningOfAsync(HttpContent content, CancellationToken ends, CancellationToken cancellationToken)
    {
        var buffer = new byte[BufferSize];
        var kept = new byte[MaxKept];
        var (total, length) = (0, 0);
        try
        {
            await using var body = await content.ReadAsStreamAsync(ends);
            while (total < MaxRead)
            {
                var read = await body.ReadAsync(buffer.AsMemory(0, Math.Min(BufferSize, MaxRead - total)), ends);
                if (read == 0) break;
                var more = Math.Min(read, MaxKept - length);
                buffer.AsSpan(0, more).CopyTo(kept.AsSpan(length));
                (total, length) = (total + read, length + more);
            }
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
        }
        // Postgres' type text cannot hold NUL.
        return length == 0 ? null : Encoding.UTF8.GetString(kept, 0, length).Replace('\0', '\uFFFD');
    }

    static string ErrorOf(HttpRequestException exception) => exception switch
    {
        { InnerException: WebhookAddressException } => WebhookErrors.AddressNotAllowed,
        { InnerException: TimeoutException or OperationCanceledException } => WebhookErrors.Timeout,
        { HttpRequestError: HttpRequestError.NameResolutionError } => WebhookErrors.HostNotFound,
        { HttpRequestError: HttpRequestError.SecureConnectionError } => WebhookErrors.TlsFailed,
        { HttpRequestError: HttpRequestError.ConnectionError } => WebhookErrors.ConnectionFailed,
        _ => WebhookErrors.InvalidResponse,
    };

    public void Dispose() => _http.Dispose();
}
