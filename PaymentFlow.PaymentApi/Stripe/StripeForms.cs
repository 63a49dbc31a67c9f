using System.Text.Json;
using Stripe;

namespace PaymentFlow.PaymentApi.Stripe;

/// <summary>
/// The two requests of each payment, sent as forms. Stripe.net's typed options build the same forms by reflection over all of their
/// properties, which is the most expensive part of such a request. See docs/performance.md.
/// </summary>
static class StripeForms
{
    /// <summary>Sends a form. Stripe.net adds the keys, repeats a failed try and turns a refusal into an exception, as always.</summary>
    /// <param name="form">The parameters. One without a value is left out.</param>
    /// <param name="read">Reads the object that Stripe's answer contains.</param>
    /// <exception cref="StripeException">Stripe refused the request, or its answer has no such object.</exception>
    public static async Task<T> PostAsync<T>(
        this StripeClient stripe, string path, string idempotencyKey, IEnumerable<(string Name, string? Value)> form,
        Func<string, T?> read, CancellationToken cancellationToken) where T : class
    {
        var given = form.Where(field => field.Value is not null).Select(field => KeyValuePair.Create(field.Name, field.Value));
        var response = await stripe.RawRequestAsync(
            HttpMethod.Post, path, QueryString.Create(given).ToString().TrimStart('?'),
            new RawRequestOptions { IdempotencyKey = idempotencyKey }, cancellationToken);
        T? answer;
        try
        {
            answer = read(response.Content);
        }
        catch (JsonException)
        {
            answer = null;
        }
        return answer ?? throw new StripeException(response.StatusCode, null, "Stripe's answer is not the object that was asked for.");
    }
}
