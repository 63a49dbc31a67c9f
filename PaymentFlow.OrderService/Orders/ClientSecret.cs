using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace PaymentFlow.OrderService.Orders;

/// <summary>
/// 256 random bits, base64url: whoever holds it may see and pay one order. Kept as a plain SHA-256, because a salt or a slow hash
/// protects what can be guessed, and this cannot.
/// </summary>
static class ClientSecret
{
    public static string Create() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    public static byte[] Hash(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));

    /// <summary>In fixed time.</summary>
    public static bool Matches(string given, byte[] hash) => CryptographicOperations.FixedTimeEquals(Hash(given), hash);
}
