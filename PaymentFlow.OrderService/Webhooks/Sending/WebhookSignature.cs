using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace PaymentFlow.OrderService.Webhooks.Sending;

/// <summary>
/// The symmetric signature of Standard Webhooks (https://www.standardwebhooks.com): HMAC-SHA256 over <c>id.timestamp.body</c>, in base64,
/// after <c>v1,</c>. While a secret is replaced there are two signatures, separated by a space.
/// </summary>
static class WebhookSignature
{
    /// <param name="body">As it is sent.</param>
    public static string Of(string id, DateTimeOffset timestamp, ReadOnlySpan<byte> body, IEnumerable<byte[]> secrets)
    {
        byte[] content = [.. Encoding.UTF8.GetBytes($"{id}.{Seconds(timestamp)}."), .. body];
        return string.Join(' ', secrets.Select(secret => $"v1,{Convert.ToBase64String(HMACSHA256.HashData(secret, content))}"));
    }

    /// <summary>The value of <c>webhook-timestamp</c>.</summary>
    public static string Seconds(DateTimeOffset timestamp) => timestamp.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
}
