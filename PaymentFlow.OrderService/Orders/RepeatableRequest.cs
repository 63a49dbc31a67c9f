using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using PaymentFlow.Persistence.Pruning;
using PaymentFlow.ServiceDefaults;

namespace PaymentFlow.OrderService.Orders;

/// <summary>A request to create an order that has an <c>Idempotency-Key</c>: a repeat gets the same order and the same secret.</summary>
/// <param name="KeyHash">Of the key and the caller's role, so that a customer's key never finds a merchant's order.</param>
sealed record RepeatableRequest(string Key, byte[] KeyHash, byte[] BodyHash);

/// <summary>
/// Recognizes repeated requests. The secret of such an order is derived from the service key, the order's id and the
/// <c>Idempotency-Key</c>, of which the database has only the id. So a repeat can compute the secret, and a thief of the database cannot.
/// </summary>
sealed class RepeatableRequests(IConfiguration configuration)
{
    // A caller with the customer's key and order gets the order's secret, so the key must be hard to guess.
    const int MinCustomerKeyLength = 16;

    const string PruningSql = """
        DELETE FROM order_requests WHERE key_hash = ANY(ARRAY(
            SELECT key_hash FROM order_requests WHERE created_at < $1 ORDER BY created_at LIMIT $2 FOR UPDATE SKIP LOCKED))
        """;

    static readonly TimeSpan Kept = TimeSpan.FromHours(24);

    readonly byte[] _derivationKey = HKDF.DeriveKey(
        HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(configuration["Services:Key"]!), SHA256.HashSizeInBytes,
        info: "client secrets of orders"u8.ToArray());

    /// <returns>The problem with the header; null if it is absent (then so is <paramref name="repeatable"/>) or valid.</returns>
    public static ProblemHttpResult? Read(HttpContext context, CreateOrderRequest request, out RepeatableRequest? repeatable)
    {
        repeatable = null;
        if (IdempotencyKey.Read(context.Request, out var key) is { } malformed) return malformed;
        if (key is null) return null;
        var isMerchant = context.User.IsInRole(Roles.Merchant);
        if (!isMerchant && key.Length < MinCustomerKeyLength)
        {
            return ApiProblem.Malformed(
                $"Without the merchant key, Idempotency-Key needs at least {MinCustomerKeyLength} random characters.");
        }
        repeatable = new RepeatableRequest(key,
            SHA256.HashData(Encoding.UTF8.GetBytes($"{(isMerchant ? Roles.Merchant : "customer")} {key}")),
            SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(Sorted(request), OrderRequestJson.Default.CreateOrderRequest)));
        return null;
    }

    static CreateOrderRequest Sorted(CreateOrderRequest request) => request.Metadata is { } metadata
        ? request with { Metadata = metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal).ToDictionary() }
        : request;

    public string SecretOf(Guid orderId, RepeatableRequest request) => ClientSecret.Derive(_derivationKey, orderId, request.Key);

    public static void AddPruning(IHostApplicationBuilder builder) => builder.AddPruning("order_requests", Kept, PruningSql);
}

/// <summary>The form of a body that is hashed: spaces and the order of the fields do not matter.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(CreateOrderRequest))]
sealed partial class OrderRequestJson : JsonSerializerContext;
