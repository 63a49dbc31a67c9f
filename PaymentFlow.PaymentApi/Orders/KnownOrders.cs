using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Caching.Memory;

namespace PaymentFlow.PaymentApi.Orders;

/// <summary>
/// The orders that were lately read with their customer's secret: who has prepared a payment, or was declined, pays without another
/// question to OrderService, and though it is away. Nothing here can be out of date: neither what is kept of an order nor its secret
/// ever changes, and whether it may be paid is decided by its payment's row.
/// </summary>
public sealed class KnownOrders : IDisposable
{
    const int Most = 10_000;

    /// <summary>About as long as a customer reads a checkout page.</summary>
    static readonly TimeSpan Kept = TimeSpan.FromMinutes(15);

    readonly MemoryCache _orders = new(new MemoryCacheOptions { SizeLimit = Most });

    /// <summary>Null when the order was not read lately, or not with this secret.</summary>
    public PayableOrder? Find(Guid orderId, string clientSecret) =>
        _orders.TryGetValue(orderId, out Entry? known) && CryptographicOperations.FixedTimeEquals(known!.SecretHash, Hash(clientSecret)) ? known.Order : null;

    /// <summary>Keeps an order that OrderService has just shown to whoever holds this secret.</summary>
    public void Keep(PayableOrder order, string clientSecret) =>
        _orders.Set(order.Id, new Entry(order, Hash(clientSecret)), new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = Kept });

    static byte[] Hash(string clientSecret) => SHA256.HashData(Encoding.UTF8.GetBytes(clientSecret));

    public void Dispose() => _orders.Dispose();

    sealed record Entry(PayableOrder Order, byte[] SecretHash);
}
