using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace PaymentFlow.Testing.Fuzzing;

/// <summary>Stripe's webhooks, as <see href="https://docs.stripe.com/webhooks/signature">Stripe signs</see> them.</summary>
static class FuzzWebhook
{
    static readonly (string Type, string Object)[] Kinds =
    [
        ("payment_intent.succeeded", "payment_intent"), ("payment_intent.payment_failed", "payment_intent"),
        ("payment_intent.canceled", "payment_intent"), ("payment_intent.processing", "payment_intent"), ("charge.refunded", "charge"),
        ("refund.created", "refund"), ("refund.failed", "refund"), ("charge.dispute.created", "dispute"), ("invoice.paid", "invoice"),
    ];

    /// <summary>An event about one of our PaymentIntents, or about an unknown one.</summary>
    public static JsonObject Event(Random random, FuzzOrder order)
    {
        var (type, kind) = Kinds[random.Next(Kinds.Length)];
        var intent = random.Next(4) > 0 && order.PaymentIntent is { } ours ? ours : "pi_unknown";
        return new()
        {
            ["id"] = $"evt_{random.NextInt64():x}",
            ["object"] = "event",
            ["type"] = type,
            ["livemode"] = false,
            ["created"] = 1_767_225_600,
            ["api_version"] = "2026-10-28.endive",
            ["data"] = new JsonObject
            {
                ["object"] = new JsonObject
                {
                    ["id"] = kind == "payment_intent" ? intent : $"{kind}_1",
                    ["object"] = kind,
                    ["payment_intent"] = intent,
                    ["amount"] = 1,
                    ["status"] = "succeeded",
                    ["metadata"] = new JsonObject { ["payment_id"] = $"{order.PaymentId}", ["order_id"] = $"{order.Id}" },
                },
            },
        };
    }

    /// <summary>The value of the header <c>Stripe-Signature</c>.</summary>
    public static string Sign(byte[] body, string secret)
    {
        var time = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var signature = HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), (byte[])[.. Encoding.ASCII.GetBytes($"{time}."), .. body]);
        return $"t={time},v1={Convert.ToHexStringLower(signature)}";
    }
}
