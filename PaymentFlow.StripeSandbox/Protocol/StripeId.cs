using System.Security.Cryptography;

namespace PaymentFlow.StripeSandbox.Protocol;

/// <summary>Ids in Stripe's format: a prefix for the kind of object, then random letters and digits that cannot be guessed.</summary>
static class StripeId
{
    const string Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    public static string PaymentIntent() => New("pi_3", 23);
    public static string Charge() => New("ch_3", 23);
    public static string Refund() => New("re_3", 23);
    public static string Dispute() => New("dp_1", 23);
    public static string PaymentMethod() => New("pm_1", 23);
    public static string Source() => New("src_1", 23);
    public static string Event() => New("evt_3", 23);
    public static string Request() => New("req_", 14);
    public static string ClientSecret(string paymentIntent) => New($"{paymentIntent}_secret_", 25);

    static string New(string prefix, int length) => prefix + RandomNumberGenerator.GetString(Alphabet, length);
}
