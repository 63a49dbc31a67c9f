using System.Net;
using System.Security.Claims;
using System.Text.Json.Serialization.Metadata;
using PaymentFlow.Contracts;
using PaymentFlow.Web.Operators.SignIn;
using PaymentFlow.Web.Services;

namespace PaymentFlow.Web.Operators;

/// <summary>
/// Sends the requests of a signed-in person to a service, with the key of the person's role, their name and address. So the service decides
/// what a viewer may do, whatever page asks.
/// </summary>
sealed class OperatorHttp(IHttpClientFactory clients, IConfiguration configuration)
{
    public const string Orders = "operator order-service";
    public const string Payments = "operator payment-api";

    /// <summary>The response's JSON. Null if the service answers 404.</summary>
    /// <param name="service"><see cref="Orders"/> or <see cref="Payments"/>.</param>
    /// <param name="who">Null for what a page reads for everybody who may see it.</param>
    /// <exception cref="ServiceUnavailableException">The service can't answer now.</exception>
    public Task<T?> GetAsync<T>(
        string service, string path, JsonTypeInfo<T> json, ClaimsPrincipal? who, CancellationToken cancellationToken) where T : class
    {
        HttpRequestMessage request = new(HttpMethod.Get, new Uri(path, UriKind.Relative));
        return SendAsync(service, request, who, async response =>
        {
            if (response.StatusCode == HttpStatusCode.NotFound) return null;
            response.EnsureSuccessStatusCode();
            return await response.Content.ReadFromJsonAsync(json, cancellationToken);
        }, cancellationToken);
    }

    /// <summary>Copies the service's answer to the response while it arrives, with its status, type and file name.</summary>
    /// <param name="service"><see cref="Orders"/> or <see cref="Payments"/>.</param>
    /// <exception cref="ServiceUnavailableException">The service can't answer now.</exception>
    public Task CopyAsync(
        string service, string path, ClaimsPrincipal who, HttpResponse response, CancellationToken cancellationToken)
    {
        HttpRequestMessage request = new(HttpMethod.Get, new Uri(path, UriKind.Relative));
        return SendAsync(service, request, who, async answer =>
        {
            answer.EnsureSuccessStatusCode();
            response.ContentType = answer.Content.Headers.ContentType?.ToString();
            response.Headers.ContentDisposition = answer.Content.Headers.ContentDisposition?.ToString();
            await answer.Content.CopyToAsync(response.Body, cancellationToken);
            return true;
        }, cancellationToken);
    }

    /// <summary>Null if the service accepted the action, else why not.</summary>
    /// <param name="service"><see cref="Orders"/> or <see cref="Payments"/>.</param>
    /// <param name="key">The idempotency key, for calls that have one.</param>
    /// <exception cref="ServiceUnavailableException">There was no answer. The action may have been executed.</exception>
    public Task<Problem?> PostAsync(
        string service, string path, HttpContent? body, Guid? key, ClaimsPrincipal who, CancellationToken cancellationToken) =>
        PostAsync<Problem?>(service, path, body, key, who, async response =>
            response.IsSuccessStatusCode ? null : await Problem.ReadAsync(response, cancellationToken), cancellationToken);

    /// <summary>The service's answer if it accepted the action, else why not.</summary>
    /// <inheritdoc cref="PostAsync(string, string, HttpContent?, Guid?, ClaimsPrincipal, CancellationToken)"/>
    public Task<(T? Answer, Problem? Problem)> PostAsync<T>(
        string service, string path, HttpContent? body, Guid? key, ClaimsPrincipal who, JsonTypeInfo<T> json,
        CancellationToken cancellationToken) where T : class =>
        PostAsync<(T?, Problem?)>(service, path, body, key, who, async response => response.IsSuccessStatusCode
            ? (await response.Content.ReadFromJsonAsync(json, cancellationToken), null)
            : (null, await Problem.ReadAsync(response, cancellationToken)), cancellationToken);

    Task<T> PostAsync<T>(
        string service, string path, HttpContent? body, Guid? key, ClaimsPrincipal who, Func<HttpResponseMessage, Task<T>> read,
        CancellationToken cancellationToken)
    {
        HttpRequestMessage request = new(HttpMethod.Post, new Uri(path, UriKind.Relative)) { Content = body };
        if (key is not null) request.Headers.Add(RequestHeaders.IdempotencyKey, key.ToString());
        return SendAsync(service, request, who, response =>
        {
            if (response.StatusCode == HttpStatusCode.ServiceUnavailable) response.EnsureSuccessStatusCode();
            return read(response);
        }, cancellationToken);
    }

    async Task<T> SendAsync<T>(
        string service, HttpRequestMessage request, ClaimsPrincipal? who, Func<HttpResponseMessage, Task<T>> read,
        CancellationToken cancellationToken)
    {
        using var sent = request;
        using var http = clients.CreateClient(service);
        var setting = who is null ? OperatorSessions.KeySetting : OperatorSessions.KeySettingOf(who);
        request.Headers.Add(RequestHeaders.OperatorKey, configuration[setting]);
        // Only with the service key do the services take the operator's address from a header.
        request.Headers.Add(RequestHeaders.ServiceKey, configuration["Services:Key"]);
        if (who?.Identity?.Name is { } name) request.Headers.TryAddWithoutValidation(RequestHeaders.OperatorName, name);
        if (who?.FindFirst(OperatorSignIn.AddressClaim) is { } address) request.Headers.Add(RequestHeaders.OperatorAddress, address.Value);
        try
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            return await read(response);
        }
        catch (Exception e) when (ServiceUnavailableException.Is(e, cancellationToken))
        {
            throw new ServiceUnavailableException(service.Split(' ')[1], e);
        }
    }
}
