namespace PaymentFlow.OrderService.Catalogue;

/// <summary>The products and their prices. The demo shop reads <c>products.json</c>; replace this to sell your own products.</summary>
public interface ICatalogue
{
    /// <summary>All products, in display order.</summary>
    ValueTask<IReadOnlyList<Product>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Products by id; at least those of <paramref name="ids"/> that exist.</summary>
    ValueTask<IReadOnlyDictionary<string, Product>> FindAsync(IReadOnlyCollection<string> ids, CancellationToken cancellationToken);
}
