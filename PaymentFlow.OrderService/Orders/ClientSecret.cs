using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace PaymentFlow.OrderService.Orders;

/// <summary>
/// 256 random bits, base64url. Its holder may see and pay one order. Stored as a plain SHA-256: a salt or a slow hash only protects
/// secrets that can be guessed.
/// </summary>
static class ClientSecret
{
    public static string Create() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    public static byte[] Hash(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));

    /// <summary>Compares in fixed time.</summary>
    public static bool Matches(string given, byte[] hash) => CryptographicOperations.FixedTimeEquals(Hash(given), hash);
}
