using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace PaymentFlow.StripeSandbox.Webhooks;

/// <summary>
/// The <see href="https://docs.stripe.com/webhooks/signature">Stripe-Signature</see> header: HMAC-SHA256 of <c>t.body</c> with the
/// endpoint's secret.
/// </summary>
sealed class WebhookSignature(string secret)
{
    readonly byte[] _secret = Encoding.UTF8.GetBytes(secret);

    public string Sign(ReadOnlySpan<byte> body, long unixSeconds)
    {
        var time = unixSeconds.ToString(CultureInfo.InvariantCulture);
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _secret);
        hmac.AppendData(Encoding.ASCII.GetBytes($"{time}."));
        hmac.AppendData(body);
        return $"t={time},v1={Convert.ToHexStringLower(hmac.GetHashAndReset())}";
    }
}
