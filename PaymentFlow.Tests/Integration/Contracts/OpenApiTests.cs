using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using PaymentFlow.Tests.Fixtures;

namespace PaymentFlow.Tests.Integration.Contracts;

/// <summary>
/// The services' OpenAPI documents are committed in docs/openapi, so that a change of the public contract shows in review.
/// With UPDATE_SNAPSHOTS=1 the test rewrites them.
/// </summary>
public sealed class OpenApiTests(PaymentFlowApp app)
{
    static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Theory]
    [InlineData("payment-api")]
    [InlineData("order-service")]
    public async Task The_HTTP_contract_is_the_one_in_docs(string service)
    {
        using HttpClient http = new();
        var document = JsonNode.Parse(await http.GetStringAsync(
            new Uri(app.App.GetEndpoint(service), "/openapi/v1.json"), TestContext.Current.CancellationToken))!.AsObject();
        // The servers contain the address of this run.
        document.Remove("servers");
        var actual = document.ToJsonString(Indented) + "\n";

        var file = Path.Combine(Repository.Folder, "docs", "openapi", $"{service}.json");
        if (Environment.GetEnvironmentVariable("UPDATE_SNAPSHOTS") == "1")
            await File.WriteAllTextAsync(file, actual, TestContext.Current.CancellationToken);
        Assert.Equal(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken), actual);
    }
}
