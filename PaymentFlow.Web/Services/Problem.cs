using System.Text.Json;
using System.Text.Json.Serialization;

namespace PaymentFlow.Web.Services;

/// <summary>What a service answered instead of doing as asked: RFC 9457 with our stable <c>code</c>.</summary>
/// <param name="DeclineCode">Stripe's, on a decline; see https://docs.stripe.com/declines/codes.</param>
public sealed record Problem(string Code, string? DeclineCode = null)
{
    /// <summary>Nothing was answered, and nothing can have been done.</summary>
    public const string Unreachable = "unreachable";

    public const string RateLimited = "rate_limited";

    /// <summary>Any answer that is no success; one that does not read as a problem is <c>unknown</c>.</summary>
    public static async Task<Problem> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            var problem = await response.Content.ReadFromJsonAsync(ProblemJson.Default.Body, cancellationToken);
            return new Problem(problem?.Code ?? "unknown", problem?.DeclineCode);
        }
        catch (JsonException)
        {
            // A proxy's page, for example; the status code was logged with the request.
            return new Problem("unknown");
        }
    }

    internal sealed record Body(string? Code, string? DeclineCode);
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(Problem.Body))]
sealed partial class ProblemJson : JsonSerializerContext;
