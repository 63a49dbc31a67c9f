using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using PaymentFlow.ServiceDefaults;

namespace PaymentFlow.OrderService.Cancellation;

/// <summary>PaymentApi, which alone decides whether an order can still be canceled: it holds the lock that paying takes, too.</summary>
sealed class PaymentClient(HttpClient http)
{
    /// <returns>Null when the payment is canceled; else why not, with PaymentApi's own code.</returns>
    /// <exception cref="PaymentApiUnavailableException">It can't be reached, or gave no answer. Canceling again is harmless.</exception>
    public async Task<ProblemHttpResult?> CancelAsync(Guid orderId, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await http.PostAsJsonAsync(
                "/payments/cancel", new CancelPayment(orderId), CancellationJson.Default.CancelPayment, cancellationToken);
            if (response.IsSuccessStatusCode) return null;
            if (response.StatusCode is HttpStatusCode.Conflict or HttpStatusCode.ServiceUnavailable)
                return PassOn(response, await response.Content.ReadFromJsonAsync(CancellationJson.Default.ProblemDetails, cancellationToken));
            // Anything else is between the two services, and none of the caller's business.
            throw new HttpRequestException($"PaymentApi answered {(int)response.StatusCode}.", null, response.StatusCode);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && e is HttpRequestException or OperationCanceledException or JsonException)
        {
            throw new PaymentApiUnavailableException(e);
        }
    }

    static ProblemHttpResult PassOn(HttpResponseMessage response, ProblemDetails? problem)
    {
        var code = Text(problem, "code") ?? (response.StatusCode == HttpStatusCode.Conflict ? "conflict" : "unavailable");
        return Text(problem, "paymentId") is { } paymentId
            ? ApiProblem.Create(code, (int)response.StatusCode, problem!.Title ?? "Not canceled", problem.Detail, ("paymentId", paymentId))
            : ApiProblem.Create(code, (int)response.StatusCode, problem?.Title ?? "Not canceled", problem?.Detail);
    }

    static string? Text(ProblemDetails? problem, string member) =>
        problem?.Extensions.TryGetValue(member, out var value) == true && value is JsonElement { ValueKind: JsonValueKind.String } text
            ? text.GetString()
            : null;
}

/// <summary>Whether the order was canceled is open; asking again tells.</summary>
sealed class PaymentApiUnavailableException(Exception inner) : Exception("PaymentApi can't be reached, or did not answer.", inner);

sealed record CancelPayment(Guid OrderId);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(CancelPayment))]
[JsonSerializable(typeof(ProblemDetails))]
sealed partial class CancellationJson : JsonSerializerContext;
