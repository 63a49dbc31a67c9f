using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Shop;

/// <summary>Verifies a webhook by <see href="https://www.standardwebhooks.com">Standard Webhooks</see>.</summary>
static class WebhookSignature
{
    const string Prefix = "whsec_";

    /// <summary>Older webhooks are refused, so that nobody can send a recorded one again later.</summary>
    static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    /// <param name="secrets">The endpoint's secret; two while it is replaced.</param>
    /// <param name="body">The bytes as they came. JSON that is read and written again is signed differently.</param>
    public static bool IsValid(IEnumerable<string> secrets, IHeaderDictionary headers, ReadOnlySpan<byte> body, DateTimeOffset now)
    {
        var timestamp = headers["webhook-timestamp"].ToString();
        if (!long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            || Math.Abs(now.ToUnixTimeSeconds() - seconds) > Tolerance.TotalSeconds) return false;
        byte[] signed = [.. Encoding.UTF8.GetBytes($"{headers["webhook-id"]}.{timestamp}."), .. body];
        // Several signatures while PaymentFlow replaces the secret.
        var signatures = headers["webhook-signature"].ToString().Split(' ').Select(Encoding.UTF8.GetBytes).ToList();
        return secrets.Any(secret =>
        {
            var key = Convert.FromBase64String(secret.Replace(Prefix, "", StringComparison.Ordinal));
            var expected = Encoding.UTF8.GetBytes($"v1,{Convert.ToBase64String(HMACSHA256.HashData(key, signed))}");
            // In constant time: the time of the comparison tells nothing about the expected signature.
            return signatures.Any(signature => CryptographicOperations.FixedTimeEquals(signature, expected));
        });
    }
}
