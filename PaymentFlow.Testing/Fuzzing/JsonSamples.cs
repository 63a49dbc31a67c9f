using System.Text.Json.Nodes;
using PaymentFlow.Testing.OpenApi;

namespace PaymentFlow.Testing.Fuzzing;

/// <summary>Makes JSON that a schema allows, with values that mean something to the services where a field's name tells which.</summary>
sealed class JsonSamples(FuzzWorld world, Random random, FuzzOrder order)
{
    const int MaxDepth = 6;
    // In any case, and with amounts that a part of them refuses.
    static readonly string[] Currencies = ["usd", "JPY", "kwd", "ISK"];
    static readonly string[] Cards = ["pm_card_visa", "pm_card_chargeDeclined", "pm_card_threeDSecure2Required"];

    public JsonNode? Of(ApiCall call) => call.Name == "order-service POST /orders" ? NewOrder() : Of(call.Body!, call.Schemas, "", 0);

    /// <summary>Either products or an amount: with both, every order would be refused for that reason alone.</summary>
    JsonObject NewOrder() => random.Next(3) > 0
        ? new() { ["items"] = new JsonArray([.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => (JsonNode)NewLine())]) }
        : new()
        {
            ["reference"] = $"fuzz-{random.NextInt64():x}",
            ["amount"] = random.Next(50, 10_000),
            ["currency"] = Currencies[random.Next(Currencies.Length)],
            ["description"] = "Кружка",
            ["returnUrl"] = $"{world.Origin}/thanks",
            ["cancelUrl"] = $"{world.Origin}/basket",
            ["customerEmail"] = "anna@customers.example",
            ["locale"] = random.Next(2) == 0 ? "ru" : "en-GB",
            ["metadata"] = new JsonObject { ["cart"] = "17" },
        };

    JsonObject NewLine() => new() { ["productId"] = world.Products[random.Next(world.Products.Count)], ["quantity"] = random.Next(1, 5) };

    JsonNode? Of(JsonObject schema, JsonObject schemas, string name, int depth)
    {
        if (schema["$ref"]?.GetValue<string>() is { } reference)
            return Of(schemas[reference[(reference.LastIndexOf('/') + 1)..]]!.AsObject(), schemas, name, depth);
        if ((schema["oneOf"] ?? schema["anyOf"]) is JsonArray choices)
            return Of(choices[random.Next(choices.Count)]!.AsObject(), schemas, name, depth);
        return TypeOf(schema) switch
        {
            "object" => ObjectOf(schema, schemas, depth),
            "array" => new JsonArray([.. Enumerable.Range(0, random.Next(1, 4))
                .Select(_ => depth < MaxDepth ? Of(schema["items"]!.AsObject(), schemas, name, depth + 1) : null)]),
            "integer" => name switch
            {
                "amount" => random.Next(1, 500),
                _ => random.Next(1, 4),
            },
            "number" => random.NextDouble(),
            "boolean" => random.Next(2) == 0,
            "string" => TextOf(schema["format"]?.GetValue<string>(), name),
            _ => null,
        };
    }

    JsonObject ObjectOf(JsonObject schema, JsonObject schemas, int depth)
    {
        JsonObject sample = [];
        if (depth >= MaxDepth) return sample;
        var required = schema["required"]?.AsArray().Select(name => name!.GetValue<string>()).ToHashSet() ?? [];
        foreach (var (name, property) in schema["properties"]?.AsObject() ?? [])
            if (required.Contains(name) || random.Next(3) == 0) sample[name] = Of(property!.AsObject(), schemas, name, depth + 1);
        // A dictionary: of orders, wherever there is one.
        if (schema["additionalProperties"] is JsonObject values) sample[$"{order.Id}"] = Of(values, schemas, "", depth + 1);
        return sample;
    }

    string TextOf(string? format, string name) => (format, name) switch
    {
        (_, "paymentId") => $"{order.PaymentId ?? order.Id}",
        ("uuid", _) => $"{order.Id}",
        ("date-time", _) => "2026-03-01T12:00:00Z",
        (_, "paymentMethod") => Cards[random.Next(Cards.Length)],
        (_, "returnUrl") => $"{world.Origin}/orders/{order.Id}",
        (_, "reference") => order.Reference,
        (_, "currency") => "usd",
        (_, "url") => FuzzWorld.Nowhere,
        (_, "types") => "order.refunded",
        (_, "action") => "console.sign_out",
        _ => "text",
    };

    // A nullable type is an array of two.
    static string? TypeOf(JsonObject schema) => schema["type"] switch
    {
        JsonArray types => types.Select(type => type!.GetValue<string>()).FirstOrDefault(type => type != "null"),
        { } type => type.GetValue<string>(),
        null => null,
    };
}
