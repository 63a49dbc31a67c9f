using System.Security.Cryptography;

namespace PaymentFlow.OrderService.Orders;

/// <summary>A short number for people, for example <c>PF-7K3M9Q2X</c>: no letters that look like digits (Crockford's base 32).</summary>
static class OrderReference
{
    const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    public static string Create() => "PF-" + RandomNumberGenerator.GetString(Alphabet, 8);
}
