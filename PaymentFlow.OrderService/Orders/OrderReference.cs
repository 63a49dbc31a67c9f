using System.Security.Cryptography;

namespace PaymentFlow.OrderService.Orders;

/// <summary>
/// A short order number for people, for example <c>PF-7K3M9Q2X</c>. Crockford's base 32 has no letters that look like digits.
/// </summary>
static class OrderReference
{
    const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    public static string Create() => "PF-" + RandomNumberGenerator.GetString(Alphabet, 8);
}
