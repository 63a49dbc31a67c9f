using System.Security.Cryptography;
using PaymentFlow.OrderService.Webhooks.Sending;

namespace PaymentFlow.Tests.Unit.Webhooks;

/// <summary>The encryption of endpoints' secrets.</summary>
public sealed class WebhookSecretsTests
{
    const string Old = "the-old-key-of-24-letters";
    const string New = "the-new-key-of-24-letters";

    static readonly Guid Endpoint = Guid.CreateVersion7();

    [Fact]
    public void A_secret_has_256_random_bits_and_the_form_of_Standard_Webhooks()
    {
        var secret = WebhookSecrets.Create();

        Assert.Equal(32, secret.Length);
        Assert.NotEqual(secret, WebhookSecrets.Create());
        Assert.Equal(secret, Convert.FromBase64String(WebhookSecrets.TextOf(secret)["whsec_".Length..]));
    }

    [Fact]
    public void What_is_stored_does_not_contain_the_secret_and_is_never_the_same()
    {
        var secret = WebhookSecrets.Create();
        var (first, second) = (With(Old).Encrypt(Endpoint, secret), With(Old).Encrypt(Endpoint, secret));

        Assert.Equal(-1, first.AsSpan().IndexOf(secret));
        Assert.NotEqual(first, second);
        Assert.Equal(secret, With(Old).Decrypt(Endpoint, first));
    }

    [Fact]
    public void While_a_key_is_replaced_secrets_of_both_keys_are_read()
    {
        var secret = WebhookSecrets.Create();

        Assert.Equal(secret, With(New, Old).Decrypt(Endpoint, With(Old).Encrypt(Endpoint, secret)));
        Assert.Equal(secret, With(New).Decrypt(Endpoint, With(New, Old).Encrypt(Endpoint, secret)));
    }

    [Fact]
    public void A_secret_of_another_key_or_another_endpoint_or_a_changed_one_is_refused()
    {
        var stored = With(Old).Encrypt(Endpoint, WebhookSecrets.Create());

        Assert.Throws<CryptographicException>(() => With(New).Decrypt(Endpoint, stored));
        Assert.Throws<CryptographicException>(() => With(Old).Decrypt(Guid.CreateVersion7(), stored));
        Assert.Throws<CryptographicException>(() => With(Old).Decrypt(Endpoint, stored[..^1]));
        Assert.Throws<CryptographicException>(() => With(Old).Decrypt(Endpoint, []));
        stored[^1] ^= 1;
        Assert.Throws<CryptographicException>(() => With(Old).Decrypt(Endpoint, stored));
    }

    static WebhookSecrets With(params string[] keys) => new(new WebhookOptions { Keys = keys });
}
