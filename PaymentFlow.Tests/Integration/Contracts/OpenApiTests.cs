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

    // Calls that need no credentials: an empty requirement says so.
    static readonly string[] Open = ["get /products", "post /orders"];

    [Theory]
    [InlineData("payment-api")]
    [InlineData("order-service")]
    public async Task Every_operation_names_its_security_schemes(string service)
    {
        var document = JsonNode.Parse(await File.ReadAllTextAsync(
            Path.Combine(Repository.Folder, "docs", "openapi", $"{service}.json"), TestContext.Current.CancellationToken))!;
        var schemes = document["components"]!["securitySchemes"]!.AsObject().Select(scheme => scheme.Key).ToHashSet();
        var operations = document["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject().Select(
            operation => (Name: $"{operation.Key} {path.Key}", Security: operation.Value!["security"]?.AsArray() ?? []))).ToList();

        Assert.NotEmpty(operations);
        Assert.All(operations, operation =>
        {
            Assert.True(operation.Security.Count > 0, $"{operation.Name} names no security scheme");
            Assert.All(operation.Security, requirement =>
            {
                if (Open.Contains(operation.Name) && requirement!.AsObject().Count == 0) return;
                Assert.Contains(Assert.Single(requirement!.AsObject()).Key, schemes);
            });
        });
    }

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
