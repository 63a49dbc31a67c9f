using System.Net;
using System.Net.Http.Headers;

namespace PaymentFlow.Benchmarks.World;

/// <summary>One HTTP client for all customers, with as many connections as they need.</summary>
static class LoadClient
{
    static readonly MediaTypeHeaderValue Json = new("application/json");

    public static HttpClient Http { get; } = new(new SocketsHttpHandler
    {
        PooledConnectionIdleTimeout = TimeSpan.FromMinutes(10),
        UseCookies = false,
        // Customers' browsers send no trace context.
        ActivityHeadersPropagator = null,
    })
    { Timeout = TimeSpan.FromSeconds(60) };

    /// <returns>The body of a 200.</returns>
    /// <exception cref="PutOffException">It is a 503: more came at once than can be served.</exception>
    /// <exception cref="InvalidOperationException">It is another answer.</exception>
    public static async Task<byte[]> PostAsync(Uri address, ReadOnlyMemory<byte> body, string? secret)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, address) { Content = new ReadOnlyMemoryContent(body) { Headers = { ContentType = Json } } };
        if (secret is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", secret);
        using var response = await Http.SendAsync(request);
        var answer = await response.Content.ReadAsByteArrayAsync();
        if (response.StatusCode == HttpStatusCode.ServiceUnavailable) throw new PutOffException();
        return response.StatusCode == HttpStatusCode.OK
            ? answer
            : throw new InvalidOperationException($"{address.AbsolutePath} answered {(int)response.StatusCode}: {System.Text.Encoding.UTF8.GetString(answer)}");
    }
}

/// <summary>503: nothing was done, and the caller is asked to come again.</summary>
sealed class PutOffException() : Exception("The service has more to do than it can: it put a request off.");
