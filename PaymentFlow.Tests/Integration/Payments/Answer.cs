using System.Net;
using System.Text.Json.Nodes;

namespace PaymentFlow.Tests.Integration.Payments;

/// <summary>An HTTP answer with its parsed body.</summary>
public sealed record Answer(HttpStatusCode Status, string? ContentType, JsonNode? Body, TimeSpan? RetryAfter)
{
    public string? this[string member] => Body?[member]?.ToString();

    /// <summary>The stable code of a problem.</summary>
    public string? Code => this["code"];

    public static async Task<Answer> OfAsync(HttpResponseMessage response)
    {
        using (response)
        {
            var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            return new Answer(
                response.StatusCode, response.Content.Headers.ContentType?.MediaType,
                text.Length == 0 ? null : JsonNode.Parse(text), response.Headers.RetryAfter?.Delta);
        }
    }
}
