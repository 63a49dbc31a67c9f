using System.Security.Cryptography;
using System.Text;

namespace PaymentFlow.ServiceDefaults.Authentication;

/// <summary>Compares keys by their digests, so that the time does not depend on their length or content.</summary>
public static class SecretKey
{
    /// <summary>Whether the keys are equal. False when no key is configured.</summary>
    public static bool Matches(string? given, string? key) =>
        given is not null && !string.IsNullOrWhiteSpace(key) && Matches(given, Digest(key));

    internal static bool Matches(string given, byte[] digest) => CryptographicOperations.FixedTimeEquals(Digest(given), digest);

    internal static byte[] Digest(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
