using System.Collections.Concurrent;

namespace Shop;

/// <summary>One sale. A real shop stores it in its database.</summary>
sealed record Sale(string Reference, long Amount, string Currency, bool Shipped);

sealed class Sales
{
    readonly ConcurrentDictionary<string, Sale> _sales = [];

    public Sale Open(long amount, string currency)
    {
        Sale sale = new($"shop-{Guid.CreateVersion7()}", amount, currency, Shipped: false);
        return _sales[sale.Reference] = sale;
    }

    public Sale? Find(string reference) => _sales.GetValueOrDefault(reference);

    /// <summary>False if the sale is already shipped (an event can arrive twice) or is not from this shop.</summary>
    public bool TryShip(string reference) =>
        _sales.TryGetValue(reference, out var sale) && !sale.Shipped && _sales.TryUpdate(reference, sale with { Shipped = true }, sale);
}
