using System.Net;
using System.Net.Http.Headers;

namespace PaymentFlow.Benchmarks.World;

/// <summary>One HTTP client for all customers, without a limit of connections.</summary>
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
    /// <exception cref="PutOffException">The answer is 503, because too many requests are in progress.</exception>
    /// <exception cref="InvalidOperationException">The answer is neither 200 nor 503.</exception>
    public static async Task<byte[]> PostAsync(Uri address, ReadOnlyMemory<byte> body, string? secret)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, address)
        {
            Content = new ReadOnlyMemoryContent(body) { Headers = { ContentType = Json } },
        };
        if (secret is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", secret);
        using var response = await Http.SendAsync(request);
        var answer = await response.Content.ReadAsByteArrayAsync();
        if (response.StatusCode == HttpStatusCode.ServiceUnavailable) throw new PutOffException();
        return response.StatusCode == HttpStatusCode.OK
            ? answer
            : throw new InvalidOperationException(
                $"{address.AbsolutePath} answered {(int)response.StatusCode}: {System.Text.Encoding.UTF8.GetString(answer)}");
    }
}

/// <summary>Status 503. The service did nothing and asks the caller to retry later.</summary>
sealed class PutOffException() : Exception("The service is overloaded and refused a request with 503.");
