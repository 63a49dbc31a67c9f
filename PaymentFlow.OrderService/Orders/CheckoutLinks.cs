using System.Security.Cryptography;
using System.Text;

namespace PaymentFlow.OrderService.Orders;

/// <summary>
/// The link to an order's page that a merchant can send by e-mail. Its token is not the client secret: it opens the page in Web and is no
/// credential of any API. Web exchanges it for the secret of a session, which is derived from the token's hash and the service key. So a
/// new link ends the sessions of the old one, and nothing else is stored. Opening a link changes nothing, because mail scanners open
/// links, too.
/// </summary>
sealed class CheckoutLinks(CheckoutOptions options, TimeProvider time, IConfiguration configuration)
{
    readonly byte[] _tokenKey = Key(configuration, "tokens of checkout links"u8);
    readonly byte[] _sessionKey = Key(configuration, "sessions of checkout links"u8);

    /// <summary>Whether links can be made: only Web's address (<c>Checkout:BaseUrl</c>) is missing otherwise.</summary>
    public bool AreOn => !string.IsNullOrEmpty(options.BaseUrl);

    /// <summary>A new token: 256 bits, base64url.</summary>
    public static string Create() => ClientSecret.Create();

    /// <summary>The token of an order that was created with an <c>Idempotency-Key</c>: a repeat gets the same link.</summary>
    public string Derive(Guid orderId, RepeatableRequest request) => ClientSecret.Derive(_tokenKey, orderId, request.Key);

    /// <summary>The link; null without <c>Checkout:BaseUrl</c>. The token is in the query, whose values are in no trace.</summary>
    public string? UrlOf(string token) => AreOn ? $"{options.BaseUrl!.TrimEnd('/')}/checkout/open?token={token}" : null;

    /// <summary>Whether the order has a link that opens its page now.</summary>
    public bool IsOpen(Order order) =>
        order.CheckoutHash is not null && (order.IsPayable || time.GetUtcNow() - order.UpdatedAt <= options.LinkKeep);

    /// <summary>The secret with which Web acts for a customer who came by the link. It gives the rights of the client secret.</summary>
    public string SessionOf(Order order) =>
        ClientSecret.Derive(_sessionKey, order.Id, Convert.ToHexStringLower(order.CheckoutHash!));

    /// <summary>Whether <paramref name="token"/> is the secret of a session of the order's present link. Compares in fixed time.</summary>
    public bool IsSession(Order order, string token) =>
        IsOpen(order) && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(token), Encoding.UTF8.GetBytes(SessionOf(order)));

    static byte[] Key(IConfiguration configuration, ReadOnlySpan<byte> purpose)
    {
        var key = new byte[SHA256.HashSizeInBytes];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(configuration["Services:Key"]!), key, salt: [], purpose);
        return key;
    }
}
