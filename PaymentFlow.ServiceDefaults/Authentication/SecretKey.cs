using System.Security.Cryptography;
using System.Text;

namespace PaymentFlow.ServiceDefaults;

/// <summary>Compares keys by their digests, so that it takes the same time whatever the length or content.</summary>
public static class SecretKey
{
    /// <summary>False also where no key is configured.</summary>
    public static bool Matches(string? given, string? key) =>
        given is not null && !string.IsNullOrWhiteSpace(key) && Matches(given, Digest(key));

    internal static bool Matches(string given, byte[] digest) => CryptographicOperations.FixedTimeEquals(Digest(given), digest);

    internal static byte[] Digest(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
