using System.Net.Http.Json;
using PaymentFlow.Testing.Hosting;

namespace PaymentFlow.Tests.Integration.Payments;

/// <summary>An operator, with the operator key and a name in the <c>X-Operator-Name</c> header.</summary>
public sealed class BackOffice(RunningApp app, string name = "anna")
{
    static readonly HttpClient Http = new();

    public Task<Answer> RefundAsync(Guid paymentId, long? amount = null, string? key = null, string? reason = null) =>
        SendAsync(
            HttpMethod.Post, $"/payments/{paymentId}/refunds",
            reason is not null ? new { amount, reason } : amount is null ? new { } : (object)new { amount },
            key ?? Guid.CreateVersion7().ToString());

    public Task<Answer> CancelAsync(Guid paymentId) => SendAsync(HttpMethod.Post, $"/payments/{paymentId}/cancel");

    public Task<Answer> PaymentAsync(Guid paymentId) => SendAsync(HttpMethod.Get, $"/payments/{paymentId}");

    public Task<Answer> ActionsAsync() => SendAsync(HttpMethod.Get, "/operator-actions");

    public async Task<Answer> SendAsync(HttpMethod method, string path, object? body = null, string? key = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(app.GetEndpoint("payment-api"), path));
        if (body is StringContent text)
        {
            text.Headers.ContentType = new("application/json");
            request.Content = text;
        }
        else if (body is not null)
        {
            request.Content = JsonContent.Create(body);
        }
        request.Headers.Add("X-Operator-Key", await app.GetParameterAsync("operator-key"));
        request.Headers.Add("X-Operator-Name", name);
        if (key is not null) request.Headers.Add("Idempotency-Key", key);
        return await Answer.OfAsync(await Http.SendAsync(request, TestContext.Current.CancellationToken));
    }
}
