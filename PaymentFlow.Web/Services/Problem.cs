using System.Text.Json;
using System.Text.Json.Serialization;
using PaymentFlow.Contracts;

namespace PaymentFlow.Web.Services;

/// <summary>A service's error response: an RFC 9457 problem with our stable <c>code</c>.</summary>
/// <param name="DeclineCode">Stripe's decline code, if the payment was declined. See https://docs.stripe.com/declines/codes.</param>
public sealed record Problem(string Code, string? DeclineCode = null)
{
    /// <summary>Web's own code: the service gave no answer.</summary>
    public const string Unreachable = "unreachable";

    public const string RateLimited = ProblemCodes.RateLimited;

    /// <summary>Reads an error response. The code is <c>unknown</c> if the body is not a problem with a code.</summary>
    public static async Task<Problem> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            var problem = await response.Content.ReadFromJsonAsync(ProblemJson.Default.Body, cancellationToken);
            return new Problem(problem?.Code ?? "unknown", problem?.DeclineCode);
        }
        catch (JsonException)
        {
            // For example, a proxy's error page. The status code was logged with the request.
            return new Problem("unknown");
        }
    }

    internal sealed record Body(string? Code, string? DeclineCode);
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(Problem.Body))]
sealed partial class ProblemJson : JsonSerializerContext;
