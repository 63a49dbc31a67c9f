using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Caching.Memory;

namespace PaymentFlow.PaymentApi.Orders;

/// <summary>
/// Caches orders that were read with their customer's secret in the last 15 minutes, so that paying after a prepare or a decline
/// needs no call to OrderService and works while it is down. Entries never go stale: the cached fields and the secret are immutable.
/// The payment's row decides whether an order may be paid.
/// </summary>
public sealed class OrderCache : IDisposable
{
    const int MaxEntries = 10_000;

    /// <summary>About as long as a customer stays on a checkout page.</summary>
    static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(15);

    readonly MemoryCache _orders = new(new MemoryCacheOptions { SizeLimit = MaxEntries });

    /// <summary>Null when the order is not cached for this secret.</summary>
    public PayableOrder? Find(Guid orderId, string clientSecret) =>
        _orders.TryGetValue(orderId, out Entry? known) && CryptographicOperations.FixedTimeEquals(known!.SecretHash, Hash(clientSecret))
            ? known.Order
            : null;

    /// <summary>Caches an order that OrderService has just returned for this secret.</summary>
    public void Keep(PayableOrder order, string clientSecret) =>
        _orders.Set(
            order.Id, new Entry(order, Hash(clientSecret)),
            new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = Lifetime });

    static byte[] Hash(string clientSecret) => SHA256.HashData(Encoding.UTF8.GetBytes(clientSecret));

    public void Dispose() => _orders.Dispose();

    sealed record Entry(PayableOrder Order, byte[] SecretHash);
}
