using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace PaymentFlow.OrderService.Orders;

/// <summary>
/// 256 bits, random or derived from a secret, base64url. Its holder may see and pay one order. Stored as a plain SHA-256: a salt or a
/// slow hash only protects secrets that can be guessed.
/// </summary>
static class ClientSecret
{
    public static string Create() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    /// <summary>
    /// The secret of an order that was created with an <c>Idempotency-Key</c> (see <see cref="RepeatableRequests"/>), or a secret of its
    /// checkout link (see <see cref="CheckoutLinks"/>).
    /// </summary>
    public static string Derive(byte[] derivationKey, Guid orderId, string value) => Base64Url.EncodeToString(
        HMACSHA256.HashData(derivationKey, Encoding.UTF8.GetBytes($"{orderId} {value}")));

    public static byte[] Hash(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));

    /// <summary>Compares in fixed time.</summary>
    public static bool Matches(string given, byte[] hash) => CryptographicOperations.FixedTimeEquals(Hash(given), hash);
}
