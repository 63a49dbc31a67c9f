using System.Text.Json.Nodes;

namespace PaymentFlow.Testing.OpenApi;

/// <summary>One call of an OpenAPI document.</summary>
/// <param name="Service">The service's resource name, such as <c>order-service</c>.</param>
/// <param name="Method">In capitals.</param>
/// <param name="Path">With parameters in braces, such as <c>/orders/{id}</c>.</param>
/// <param name="Query">The names of the query's parameters.</param>
/// <param name="Body">The schema of the JSON body; null without one.</param>
/// <param name="Schemas">The document's named schemas, to which <c>$ref</c> refers.</param>
/// <param name="Statuses">The documented statuses.</param>
public sealed record ApiCall(
    string Service, string Method, string Path, string? Tag, IReadOnlyList<string> Query, JsonObject? Body, JsonObject Schemas,
    IReadOnlySet<int> Statuses)
{
    /// <summary>Such as <c>order-service GET /orders/{id}</c>.</summary>
    public string Name => $"{Service} {Method} {Path}";

    public override string ToString() => Name;
}

/// <summary>Reads the calls of an OpenAPI document.</summary>
public static class ApiDocument
{
    /// <summary>The calls, in the order of the document.</summary>
    public static IReadOnlyList<ApiCall> CallsOf(string service, JsonNode document)
    {
        var schemas = document["components"]!["schemas"]!.AsObject();
        return
        [
            .. from path in document["paths"]!.AsObject()
               from operation in path.Value!.AsObject()
               select Read(service, operation.Key, path.Key, operation.Value!, schemas),
        ];
    }

    static ApiCall Read(string service, string method, string path, JsonNode operation, JsonObject schemas) => new(
        service, method.ToUpperInvariant(), path, operation["tags"]?[0]?.GetValue<string>(),
        [
            .. from parameter in operation["parameters"]?.AsArray() ?? []
               where parameter["in"]!.GetValue<string>() == "query"
               select parameter["name"]!.GetValue<string>(),
        ],
        operation["requestBody"]?["content"]?["application/json"]?["schema"]?.AsObject(), schemas,
        operation["responses"]!.AsObject().Where(response => int.TryParse(response.Key, out _))
            .Select(response => int.Parse(response.Key, System.Globalization.CultureInfo.InvariantCulture)).ToHashSet());
}
