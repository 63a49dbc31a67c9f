using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace PaymentFlow.Testing.Fuzzing;

/// <summary>Sends fuzzed requests and judges the answers.</summary>
sealed partial class FuzzClient(FuzzWorld world) : IDisposable
{
    const string Problem = "application/problem+json";
    const string EventStream = "text/event-stream";

    // Ends only requests that would never end.
    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    readonly string[] _secrets = [world.OperatorKey, world.MerchantKey, world.ServiceKey, world.WebhookSecret];
    readonly HttpMessageInvoker _http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        ConnectTimeout = Timeout,
        RequestHeaderEncodingSelector = static (_, _) => Encoding.UTF8,
        ActivityHeadersPropagator = null,
    });

    /// <returns>The status, 0 without an answer; and what is wrong with the answer, if anything is.</returns>
    public async Task<(int Status, string? Fault)> SendAsync(FuzzRequest request, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Timeout);
        using var message = request.ToMessage();
        try
        {
            using var answer = await _http.SendAsync(message, patience.Token);
            if (answer.StatusCode == HttpStatusCode.SwitchingProtocols) return (101, await TalkAsync(answer, patience.Token));
            var body = answer.Content.Headers.ContentType?.MediaType == EventStream
                ? await StartOfAsync(answer, patience.Token)
                : await answer.Content.ReadAsStringAsync(patience.Token);
            return ((int)answer.StatusCode, FaultOf(request, answer, body));
        }
        catch (HttpRequestException e)
        {
            return (0, $"no answer: {e.Message}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (0, "no answer in time");
        }
    }

    /// <summary>Sends a frame that no client may send. The server must close; what it thinks of it is in its log.</summary>
    static async Task<string?> TalkAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        await using var stream = await answer.Content.ReadAsStreamAsync(cancellationToken);
        try
        {
            // Reserved bits and opcode, and no mask.
            await stream.WriteAsync(new byte[] { 0x7F, 0x7F, 0xFF, 0xFF }, cancellationToken);
            var buffer = new byte[4096];
            while (await stream.ReadAsync(buffer, cancellationToken) > 0)
            {
                // Frames that were sent before the server read ours.
            }
        }
        catch (IOException)
        {
            // The server may also reset the connection.
        }
        return null;
    }

    /// <summary>The first bytes of a body that has no end. An answer to HEAD has none.</summary>
    static async Task<string> StartOfAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        await using var stream = await answer.Content.ReadAsStreamAsync(cancellationToken);
        var buffer = new byte[4096];
        return Encoding.UTF8.GetString(buffer, 0, await stream.ReadAsync(buffer, cancellationToken));
    }

    string? FaultOf(FuzzRequest request, HttpResponseMessage answer, string body)
    {
        var status = (int)answer.StatusCode;
        if (_secrets.Any(secret => body.Contains(secret, StringComparison.Ordinal))) return "the answer has a secret";
        if (status < 400) return null;
        if (status >= 500 && !(status == 503 && request.DocumentedStatuses.Contains(503))) return $"{status}: {Start(body)}";
        if (status == 503 && answer.Headers.RetryAfter is null) return "503 without Retry-After";
        // Kestrel refuses what is no HTTP before the service sees it, and closes the connection.
        if (status is 400 or 408 or 411 or 413 or 414 or 431 && body.Length == 0 && answer.Headers.ConnectionClose == true) return null;
        if (answer.Content.Headers.ContentType?.MediaType != Problem)
            return $"{status} is no problem document, but {answer.Content.Headers.ContentType?.ToString() ?? "nothing"}: {Start(body)}";
        return request.Method == "HEAD" ? null : FaultOfProblem(status, body);
    }

    static string? FaultOfProblem(int status, string body)
    {
        if (body.Contains("   at ", StringComparison.Ordinal)) return $"{status} has a stack trace: {Start(body)}";
        try
        {
            using var problem = JsonDocument.Parse(body);
            var code = problem.RootElement.GetProperty("code").GetString();
            return code is not null && Code().IsMatch(code) && problem.RootElement.GetProperty("status").GetInt32() == status
                ? null
                : $"{status} with the code '{code}': {Start(body)}";
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return $"{status} is no problem with code and status: {Start(body)}";
        }
    }

    static string Start(string text) => text.Length <= 200 ? text : $"{text[..200]}…";

    [GeneratedRegex("^[a-z][a-z0-9_]*$")]
    private static partial Regex Code();

    public void Dispose() => _http.Dispose();
}
