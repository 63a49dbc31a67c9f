using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Caching.Memory;
using PaymentFlow.Web.Orders;
using PaymentFlow.Web.Services;
using PaymentFlow.Web.Shop;

namespace PaymentFlow.Web.Checkout;

/// <summary>
/// The orders of the last minutes, by the form that placed them. A form that is sent twice, by a double click or after going back, makes
/// one order. This holds for one replica. OrderService gets the same key for a repeat, so that it can do the same for all replicas.
/// </summary>
sealed class PlacedOrders : IDisposable
{
    const int KeyLength = 32;
    // An entry takes less than 1 KB. The rate limit of the form bounds how many one client can add.
    const int Remembered = 10_000;
    static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    readonly MemoryCache _placed = new(new MemoryCacheOptions { SizeLimit = Remembered });
    readonly Lock _turn = new();

    /// <summary>The key of a new form. It is secret, because who knows it gets the order.</summary>
    public static string NewKey() => RandomNumberGenerator.GetHexString(KeyLength, lowercase: true);

    /// <summary>Creates the order, or returns the order that the same form has created or is creating. A failure is not kept.</summary>
    /// <param name="key">The form's key. Without a valid one each call creates an order.</param>
    /// <param name="basket">It is empty in a repeat, if the browser has already read the first answer.</param>
    /// <param name="create">Creates an order with an idempotency key.</param>
    public async Task<(CreatedOrder? Order, Problem? Problem)> PlaceAsync(
        string? key, Basket basket, Func<string?, Task<(CreatedOrder? Order, Problem? Problem)>> create)
    {
        if (key is not { Length: KeyLength } || !key.All(char.IsAsciiHexDigitLower)) return await create(null);
        Entry entry;
        lock (_turn)
        {
            if (_placed.TryGetValue(key, out Entry? placed) && (basket.Lines.IsEmpty || placed!.Basket == basket.ToString()))
            {
                entry = placed!;
            }
            else
            {
                entry = new Entry(basket.ToString(), create(IdempotencyKeyOf(key, basket)));
                _placed.Set(key, entry, new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = Lifetime });
            }
        }
        var succeeded = false;
        try
        {
            var answer = await entry.Answer;
            succeeded = answer.Order is not null;
            return answer;
        }
        finally
        {
            if (!succeeded) Forget(key, entry);
        }
    }

    void Forget(string key, Entry entry)
    {
        lock (_turn)
        {
            if (_placed.TryGetValue(key, out Entry? placed) && placed == entry) _placed.Remove(key);
        }
    }

    // Another basket is another order, even from the same form.
    static string IdempotencyKeyOf(string key, Basket basket) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{key} {basket}")));

    public void Dispose() => _placed.Dispose();

    sealed class Entry(string basket, Task<(CreatedOrder? Order, Problem? Problem)> answer)
    {
        public string Basket => basket;

        public Task<(CreatedOrder? Order, Problem? Problem)> Answer => answer;
    }
}
