using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using PaymentFlow.Contracts;
using PaymentFlow.ServiceDefaults;

namespace PaymentFlow.OrderService.Cancellation;

/// <summary>
/// Calls PaymentApi to cancel a payment. Only PaymentApi can decide whether that is still possible, because paying and canceling take
/// the same row lock there.
/// </summary>
sealed class PaymentClient(HttpClient http)
{
    /// <returns>Null when the payment is canceled; otherwise the problem, with PaymentApi's own code.</returns>
    /// <exception cref="PaymentApiUnavailableException">PaymentApi did not answer. Canceling again is safe.</exception>
    public async Task<ProblemHttpResult?> CancelAsync(Guid orderId, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await http.PostAsJsonAsync(
                "/payments/cancel", new CancelPayment(orderId), CancellationJson.Default.CancelPayment, cancellationToken);
            if (response.IsSuccessStatusCode) return null;
            if (response.StatusCode is HttpStatusCode.Conflict or HttpStatusCode.ServiceUnavailable)
                return PassOn(
                    response, await response.Content.ReadFromJsonAsync(CancellationJson.Default.ProblemDetails, cancellationToken));
            // Any other status is an error between the two services. The caller must not see its details.
            throw new HttpRequestException($"PaymentApi answered {(int)response.StatusCode}.", null, response.StatusCode);
        }
        catch (Exception e) when (
            !cancellationToken.IsCancellationRequested && e is HttpRequestException or OperationCanceledException or JsonException)
        {
            throw new PaymentApiUnavailableException(e);
        }
    }

    static ProblemHttpResult PassOn(HttpResponseMessage response, ProblemDetails? problem)
    {
        var code = Text(problem, "code") ?? (response.StatusCode == HttpStatusCode.Conflict ? "conflict" : ProblemCodes.Unavailable);
        return Text(problem, "paymentId") is { } paymentId
            ? ApiProblem.Create(code, (int)response.StatusCode, problem!.Title ?? "Not canceled", problem.Detail, ("paymentId", paymentId))
            : ApiProblem.Create(code, (int)response.StatusCode, problem?.Title ?? "Not canceled", problem?.Detail);
    }

    static string? Text(ProblemDetails? problem, string member) =>
        problem?.Extensions.TryGetValue(member, out var value) == true && value is JsonElement { ValueKind: JsonValueKind.String } text
            ? text.GetString()
            : null;
}

/// <summary>It is unknown whether the order was canceled. Canceling again is safe and gives the answer.</summary>
sealed class PaymentApiUnavailableException(Exception inner) : Exception("PaymentApi did not answer.", inner);

sealed record CancelPayment(Guid OrderId);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(CancelPayment))]
[JsonSerializable(typeof(ProblemDetails))]
sealed partial class CancellationJson : JsonSerializerContext;
