using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization;
using PaymentFlow.Web.Services;

namespace PaymentFlow.Web.Payments;

/// <summary>PaymentApi, on behalf of the customer who holds the order's secret.</summary>
public sealed class PaymentClient(HttpClient http)
{
    /// <summary>
    /// Has the payment made ready, so that Pay is one round trip to Stripe. Nothing depends on it.
    /// </summary>
    /// <returns>The payment as it is, or what came in between.</returns>
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

    /// <summary>Asks for the money. With the same key it may be asked any number of times: it is taken once.</summary>
    public async Task<PayAnswer> PayAsync(
        Guid orderId, string secret, string paymentMethod, string returnUrl, string idempotencyKey, CancellationToken cancellationToken)
    {
        try
        {
            using var request = Request("/process-payment", secret);
            request.Headers.Add("Idempotency-Key", idempotencyKey);
            request.Content = JsonContent.Create(new ProcessPayment(orderId, paymentMethod, returnUrl), PaymentJson.Default.ProcessPayment);
            using var response = await http.SendAsync(request, cancellationToken);
            if (!response.IsSuccessStatusCode)
            {
                var problem = await Problem.ReadAsync(response, cancellationToken);
                return response.StatusCode switch
                {
                    // Only said when Stripe was not asked; after any other failure of the server the outcome is open.
                    HttpStatusCode.ServiceUnavailable => new PayAnswer.NotAsked(problem),
                    >= HttpStatusCode.InternalServerError => new PayAnswer.Unknown(),
                    HttpStatusCode.TooManyRequests when problem.Code == Problem.RateLimited => new PayAnswer.NotAsked(problem),
                    _ => new PayAnswer.Refused(problem),
                };
            }
            var payment = await response.Content.ReadFromJsonAsync(PaymentJson.Default.PaymentResponse, cancellationToken);
            return payment switch
            {
                { Status: "succeeded" } => new PayAnswer.Succeeded(),
                { Status: "requires_action", NextAction: { } action } => new PayAnswer.ActionRequired(action),
                _ => new PayAnswer.Processing(),
            };
        }
        catch (HttpRequestException e) when (
            e.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError)
        {
            // No connection, so no request either.
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

/// <summary>What became of a press on Pay.</summary>
public abstract record PayAnswer
{
    /// <summary>Stripe said yes.</summary>
    public sealed record Succeeded : PayAnswer;

    /// <summary>The bank takes its time; the truth follows by push.</summary>
    public sealed record Processing : PayAnswer;

    /// <summary>The customer must confirm with their bank.</summary>
    public sealed record ActionRequired(NextAction Action) : PayAnswer;

    /// <summary>Nothing came of this press, and why. Of an earlier one with the same key it says nothing.</summary>
    public sealed record NotAsked(Problem Problem) : PayAnswer;

    /// <summary>Nothing was charged by this press, and why.</summary>
    public sealed record Refused(Problem Problem) : PayAnswer;

    /// <summary>The answer was lost. The same key tells, when it is asked with again.</summary>
    public sealed record Unknown : PayAnswer;
}

/// <param name="Type"><c>use_stripe_sdk</c>, for Stripe.js, or <c>redirect</c>.</param>
public sealed record NextAction(string Type, Uri? RedirectUrl, string StripeClientSecret)
{
    // A record would print it.
    public override string ToString() => Type;
}

sealed record PreparePayment(Guid OrderId, string ReturnUrl);

sealed record ProcessPayment(Guid OrderId, string PaymentMethod, string ReturnUrl);

/// <param name="Status">The payment's own, such as <c>requires_action</c> or <c>failed</c>.</param>
public sealed record PaymentResponse(string Status, NextAction? NextAction = null);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(PreparePayment))]
[JsonSerializable(typeof(ProcessPayment))]
[JsonSerializable(typeof(PaymentResponse))]
sealed partial class PaymentJson : JsonSerializerContext;
