using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization;
using PaymentFlow.Contracts;
using PaymentFlow.Contracts.Events;
using PaymentFlow.Web.Services;

namespace PaymentFlow.Web.Payments;

/// <summary>Calls PaymentApi on behalf of a customer, with the order's secret.</summary>
public sealed class PaymentClient(HttpClient http)
{
    /// <summary>
    /// Prepares the payment, so that paying needs only one round trip to Stripe. Paying works without it.
    /// </summary>
    /// <returns>The current state of the payment, or why it was not prepared.</returns>
    public async Task<(PaymentResponse? Payment, Problem? Problem)> PrepareAsync(
        Guid orderId, string secret, string returnUrl, CancellationToken cancellationToken)
    {
        try
        {
            using var request = Request("/payments", secret);
            request.Content = JsonContent.Create(new PreparePayment(orderId, returnUrl), PaymentJson.Default.PreparePayment);
            using var response = await http.SendAsync(request, cancellationToken);
            return response.IsSuccessStatusCode
                ? (await response.Content.ReadFromJsonAsync(PaymentJson.Default.PaymentResponse, cancellationToken), null)
                : (null, await Problem.ReadAsync(response, cancellationToken));
        }
        catch (Exception e) when (ServiceUnavailableException.Is(e, cancellationToken))
        {
            return (null, new Problem(Problem.Unreachable));
        }
    }

    /// <summary>Pays the order. Requests with the same key charge at most once.</summary>
    public async Task<PayAnswer> PayAsync(
        Guid orderId, string secret, string paymentMethod, string returnUrl, string idempotencyKey, CancellationToken cancellationToken)
    {
        try
        {
            using var request = Request("/process-payment", secret);
            request.Headers.Add(ApiHeaders.IdempotencyKey, idempotencyKey);
            request.Content = JsonContent.Create(new ProcessPayment(orderId, paymentMethod, returnUrl), PaymentJson.Default.ProcessPayment);
            using var response = await http.SendAsync(request, cancellationToken);
            if (!response.IsSuccessStatusCode)
            {
                var problem = await Problem.ReadAsync(response, cancellationToken);
                return response.StatusCode switch
                {
                    // PaymentApi returns 503 only if nothing was sent to Stripe. After other server errors the outcome is unknown.
                    HttpStatusCode.ServiceUnavailable => new PayAnswer.NotAsked(problem),
                    >= HttpStatusCode.InternalServerError => new PayAnswer.Unknown(),
                    HttpStatusCode.TooManyRequests when problem.Code == ProblemCodes.RateLimited => new PayAnswer.NotAsked(problem),
                    _ => new PayAnswer.Refused(problem),
                };
            }
            var payment = await response.Content.ReadFromJsonAsync(PaymentJson.Default.PaymentResponse, cancellationToken);
            return payment switch
            {
                { Status: PaymentStatuses.Succeeded } => new PayAnswer.Succeeded(),
                { Status: PaymentStatuses.RequiresAction, NextAction: { } action } => new PayAnswer.ActionRequired(action),
                _ => new PayAnswer.Processing(),
            };
        }
        catch (HttpRequestException e) when (
            e.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError
                or HttpRequestError.SecureConnectionError)
        {
            // Without a connection the request was not sent.
            return new PayAnswer.NotAsked(new Problem(Problem.Unreachable));
        }
        catch (Exception e) when (ServiceUnavailableException.Is(e, cancellationToken) || e is JsonException)
        {
            return new PayAnswer.Unknown();
        }
    }

    static HttpRequestMessage Request(string path, string secret) => new(HttpMethod.Post, new Uri(path, UriKind.Relative))
    {
        Headers = { Authorization = new AuthenticationHeaderValue("Bearer", secret) },
    };
}

/// <summary>The result of a payment request.</summary>
public abstract record PayAnswer
{
    /// <summary>The payment succeeded.</summary>
    public sealed record Succeeded : PayAnswer;

    /// <summary>The bank has not decided yet. The outcome follows by push.</summary>
    public sealed record Processing : PayAnswer;

    /// <summary>The customer must confirm with the bank.</summary>
    public sealed record ActionRequired(NextAction Action) : PayAnswer;

    /// <summary>This request sent nothing to Stripe. An earlier request with the same key may have.</summary>
    public sealed record NotAsked(Problem Problem) : PayAnswer;

    /// <summary>This request charged nothing.</summary>
    public sealed record Refused(Problem Problem) : PayAnswer;

    /// <summary>The answer was lost. Repeating the request with the same key returns the outcome.</summary>
    public sealed record Unknown : PayAnswer;
}

/// <param name="Type"><c>use_stripe_sdk</c>, for Stripe.js, or <c>redirect</c>.</param>
public sealed record NextAction(string Type, Uri? RedirectUrl, string StripeClientSecret)
{
    // The generated ToString would print the client secret.
    public override string ToString() => Type;
}

sealed record PreparePayment(Guid OrderId, string ReturnUrl);

sealed record ProcessPayment(Guid OrderId, string PaymentMethod, string ReturnUrl);

/// <param name="Status">The payment's status, such as <c>requires_action</c> or <c>failed</c>.</param>
public sealed record PaymentResponse(string Status, NextAction? NextAction = null);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(PreparePayment))]
[JsonSerializable(typeof(ProcessPayment))]
[JsonSerializable(typeof(PaymentResponse))]
sealed partial class PaymentJson : JsonSerializerContext;
