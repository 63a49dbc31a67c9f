using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using PaymentFlow.Testing.OpenApi;

namespace PaymentFlow.Testing.Fuzzing;

/// <summary>
/// Makes requests from the OpenAPI documents. Each is a valid one with a few changes. The same seed, number and orders make the same
/// request.
/// </summary>
sealed class FuzzGenerator(FuzzWorld world, int seed)
{
    const string WebhookPath = "/stripe/webhooks";
    const string LivePath = "/orders/{id}/live";

    public FuzzRequest Make(int number)
    {
        // Any mixture serves that gives neighboring numbers different requests.
        Random random = new(unchecked((seed * 1_000_003) + number));
        var call = Any(world.Calls, random);
        // A cancellation is mostly of the canceled order, so that others stay payable.
        var order = call.Path.EndsWith("/cancel", StringComparison.Ordinal) && !Happens(random, 10) ? world.Orders[^1]
            : Any(world.Orders, random);
        List<(string Name, string Value)> headers = [("X-Forwarded-For", AddressOf(random))];
        var body = BodyOf(call, order, random);
        if (call.Path == WebhookPath) AddSignature(headers, body ?? [], random);
        AddCredentials(headers, call, order, random);
        AddHeaders(headers, call, random);
        if (body is not null || Happens(random, 20)) AddContentHeaders(headers, random);
        if (call.Path == LivePath) AddUpgrade(headers, order, random);
        return new FuzzRequest(
            call.Name, call.Statuses, world.AddressOf(call.Service),
            Happens(random, 15) ? Any(Nasty.Method, random) : call.Method, TargetOf(call, order, random), headers, body);
    }

    // One in twenty comes from the same address, so that the limits per address are reached too.
    static string AddressOf(Random random) =>
        Happens(random, 20) ? "192.0.2.1" : $"10.{random.Next(256)}.{random.Next(256)}.{random.Next(1, 255)}";

    byte[]? BodyOf(ApiCall call, FuzzOrder order, Random random)
    {
        if (call.Path == WebhookPath) return Changed(FuzzWebhook.Event(random, order), random);
        if (call.Body is null) return Happens(random, 15) ? "{}"u8.ToArray() : null;
        return Changed(new JsonSamples(world, random, order).Of(call), random);
    }

    static byte[]? Changed(JsonNode? sample, Random random)
    {
        var text = Happens(random, 2) ? sample?.ToJsonString() ?? "null" : JsonMutation.OfValue(sample, random);
        var bytes = Encoding.UTF8.GetBytes(text);
        return Happens(random, 8) ? JsonMutation.OfBytes(bytes, random) : Happens(random, 60) ? null : bytes;
    }

    string TargetOf(ApiCall call, FuzzOrder order, Random random)
    {
        var id = (call.Path.StartsWith("/payments", StringComparison.Ordinal) ? order.PaymentId
            : call.Path.StartsWith("/webhook-endpoints", StringComparison.Ordinal) ? world.WebhookEndpoint : null) ?? order.Id;
        var path = call.Path.Replace("{id}", PathId(id, random), StringComparison.Ordinal);
        if (Happens(random, 40)) path += Any(Nasty.Url, random);
        List<string> query = [];
        foreach (var name in call.Query)
        {
            if (Happens(random, 6)) continue;
            query.Add($"{name}={QueryValue(call, name, order, random)}");
            if (Happens(random, 10)) query.Add($"{name}={Any(Nasty.Url, random)}");
        }
        if (Happens(random, 15)) query.Add($"{Any(Nasty.Url, random)}={Any(Nasty.Url, random)}");
        return query.Count == 0 ? path : $"{path}?{string.Join('&', query)}";
    }

    static string PathId(Guid id, Random random) => random.Next(10) switch
    {
        0 => Any(Nasty.Url, random),
        1 => "01234567-89ab-7cde-8f01-23456789abcd",
        2 => id.ToString("D").ToUpperInvariant(),
        3 => id.ToString(Any(["N", "B", "P"], random), CultureInfo.InvariantCulture),
        _ => id.ToString(),
    };

    static string QueryValue(ApiCall call, string name, FuzzOrder order, Random random) => Happens(random, 2)
        ? Any(Nasty.Url, random)
        : name switch
        {
            "limit" => $"{random.Next(1, 50)}",
            "minAge" => "0",
            "status" => "paid",
            "from" => "2026-01-01T00:00:00Z",
            "to" => "2126-01-01T00:00:00Z",
            "after" when call.Path == "/orders/changes" => $"{random.Next(100)}",
            "reference" => order.Reference,
            "paymentIntent" => order.PaymentIntent ?? "pi_unknown",
            "paymentId" => $"{order.PaymentId ?? order.Id}",
            "orderId" or "order" => $"{order.Id}",
            "state" => "failed",
            _ => "01234567-89ab-7cde-8f01-23456789abcd",
        };

    void AddSignature(List<(string, string)> headers, byte[] body, Random random)
    {
        switch (random.Next(12))
        {
            case 0: return;
            case 1: headers.Add(("Stripe-Signature", Any(Nasty.Header, random))); return;
            case 2: headers.Add(("Stripe-Signature", FuzzWebhook.Sign(body, "whsec_wrong"))); return;
            default: headers.Add(("Stripe-Signature", FuzzWebhook.Sign(body, world.WebhookSecret))); return;
        }
    }

    /// <summary>Adds the needed credentials in six of ten requests, otherwise any, wrong, malformed, several or none.</summary>
    void AddCredentials(List<(string, string)> headers, ApiCall call, FuzzOrder order, Random random)
    {
        var another = Any(world.Orders, random);
        (string, string)[][] all =
        [
            [],
            [("Authorization", $"Bearer {order.Secret}")],
            [("Authorization", $"Bearer {another.Secret}")],
            [("Authorization", Any(Nasty.Authorization, random))],
            [("X-Operator-Key", world.OperatorKey)],
            [("X-Operator-Key", Any(Nasty.Header, random))],
            [("X-Api-Key", world.MerchantKey)],
            [("X-Api-Key", Any(Nasty.Header, random))],
            [("X-Service-Key", world.ServiceKey)],
            [("X-Service-Key", Any(Nasty.Header, random))],
            [("X-Operator-Key", world.OperatorKey), ("X-Operator-Key", world.OperatorKey)],
            [("X-Operator-Key", world.OperatorKey), ("X-Api-Key", world.MerchantKey), ("X-Service-Key", world.ServiceKey)],
            [("X-Operator-Key", world.OperatorKey), ("Authorization", $"Bearer {another.Secret}")],
            [("X-Service-Key", world.ServiceKey), ("Authorization", Any(Nasty.Authorization, random))],
        ];
        headers.AddRange(random.Next(10) < 6
            ? call switch
            {
                { Tag: "Operators" } => all[4],
                { Tag: "Between services" } => all[8],
                { Tag: "Webhooks" } => all[6],
                { Method: "GET", Path: "/orders" } or { Path: "/orders/{id}/checkout-link" } => all[6],
                { Method: "POST", Path: "/orders" } => all[random.Next(2) == 0 ? 0 : 6],
                { Path: LivePath } => all[random.Next(2)],
                _ => all[1],
            }
            : all[random.Next(all.Length)]);
    }

    static void AddHeaders(List<(string, string)> headers, ApiCall call, Random random)
    {
        if (call.Method == "POST" && Happens(random, 2))
            headers.Add(("Idempotency-Key", Happens(random, 3) ? Any(Nasty.Header, random) : $"fuzz-{random.NextInt64():x}"));
        if (Happens(random, 3)) headers.Add(("X-Operator-Name", Any(Nasty.Header, random)));
        if (Happens(random, 8)) headers.Add(("Origin", Any(Nasty.Origin, random)));
        foreach (var name in (string[])[
            "Accept", "Accept-Language", "Accept-Encoding", "Accept-Charset", "traceparent", "tracestate", "baggage", "Range",
            "If-None-Match", "If-Modified-Since", "Cookie", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Client-Address",
            "X-HTTP-Method-Override", "Prefer", "Access-Control-Request-Method"])
            if (Happens(random, 25)) headers.Add((name, Any(Nasty.Header, random)));
        if (Happens(random, 20)) headers.Add(("Accept-Language", "ru"));
    }

    static void AddContentHeaders(List<(string, string)> headers, Random random)
    {
        if (!Happens(random, 30))
            headers.Add(("Content-Type", Happens(random, 6) ? Any(Nasty.ContentType, random) : "application/json"));
        if (Happens(random, 20)) headers.Add(("Content-Encoding", Any(Nasty.ContentEncoding, random)));
    }

    static void AddUpgrade(List<(string, string)> headers, FuzzOrder order, Random random)
    {
        if (Happens(random, 6)) return;
        headers.Add(("Connection", "Upgrade"));
        headers.Add(("Upgrade", "websocket"));
        if (!Happens(random, 8))
            headers.Add(("Sec-WebSocket-Version", Happens(random, 6) ? Any(Nasty.Header, random) : "13"));
        if (!Happens(random, 8))
        {
            headers.Add((
                "Sec-WebSocket-Key",
                Happens(random, 6) ? Any(Nasty.Header, random) : "dGhlIHNhbXBsZSBub25jZQ=="));
        }
        if (Happens(random, 2))
        {
            headers.Add(("Sec-WebSocket-Protocol", random.Next(5) switch
            {
                0 => Any(Nasty.Header, random),
                1 => "paymentflow.v1, bearer.",
                2 => "bearer.é, paymentflow.v1",
                _ => $"paymentflow.v1, bearer.{order.Secret}",
            }));
        }
        if (Happens(random, 6)) headers.Add(("Sec-WebSocket-Extensions", "permessage-deflate; client_max_window_bits=99"));
    }

    static T Any<T>(IReadOnlyList<T> values, Random random) => values[random.Next(values.Count)];

    static bool Happens(Random random, int onceIn) => random.Next(onceIn) == 0;
}
