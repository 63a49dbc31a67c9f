using System.Security.Cryptography;
using System.Text;

namespace PaymentFlow.OrderService.Webhooks.Sending;

/// <summary>
/// Makes the secrets of endpoints and encrypts them for the database (AES-256-GCM), because signing needs the secret itself. A thief of the
/// database alone cannot sign. The id of the endpoint is authenticated, so that a secret cannot be moved to another row.
/// </summary>
sealed class WebhookSecrets
{
    /// <summary>The prefix of Standard Webhooks, before the base64 of the secret.</summary>
    public const string Prefix = "whsec_";

    const int SecretLength = 32;
    const int NonceLength = 12;
    const int TagLength = 16;

    readonly byte[][] _keys;

    public WebhookSecrets(WebhookOptions options) => _keys =
    [
        .. options.Keys.Where(key => key.Length > 0).Select(key => HKDF.DeriveKey(
            HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(key), SHA256.HashSizeInBytes,
            info: "secrets of webhook endpoints"u8.ToArray())),
    ];

    /// <summary>256 random bits.</summary>
    public static byte[] Create() => RandomNumberGenerator.GetBytes(SecretLength);

    /// <summary>The form that a merchant sees: <c>whsec_</c> and base64.</summary>
    public static string TextOf(byte[] secret) => Prefix + Convert.ToBase64String(secret);

    /// <summary>Nonce, tag and ciphertext.</summary>
    public byte[] Encrypt(Guid endpointId, byte[] secret)
    {
        var stored = new byte[NonceLength + TagLength + secret.Length];
        RandomNumberGenerator.Fill(stored.AsSpan(0, NonceLength));
        using AesGcm aes = new(_keys[0], TagLength);
        aes.Encrypt(
            stored.AsSpan(0, NonceLength), secret, stored.AsSpan(NonceLength + TagLength), stored.AsSpan(NonceLength, TagLength),
            endpointId.ToByteArray(bigEndian: true));
        return stored;
    }

    /// <exception cref="CryptographicException">None of the keys has encrypted it, or it was changed.</exception>
    public byte[] Decrypt(Guid endpointId, byte[] stored)
    {
        if (stored.Length < NonceLength + TagLength) throw new CryptographicException("The stored secret is too short.");
        var secret = new byte[stored.Length - NonceLength - TagLength];
        foreach (var key in _keys)
        {
            try
            {
                using AesGcm aes = new(key, TagLength);
                aes.Decrypt(
                    stored.AsSpan(0, NonceLength), stored.AsSpan(NonceLength + TagLength), stored.AsSpan(NonceLength, TagLength), secret,
                    endpointId.ToByteArray(bigEndian: true));
                return secret;
            }
            catch (AuthenticationTagMismatchException)
            {
                // Another key may have encrypted it.
            }
        }
        throw new CryptographicException("No key of Webhooks:Keys decrypts the secret of this endpoint. Rotate its secret.");
    }
}
