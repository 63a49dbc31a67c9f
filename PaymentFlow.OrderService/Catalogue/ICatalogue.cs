namespace PaymentFlow.OrderService.Catalogue;

/// <summary>What is sold, and for how much. The demo's comes from <c>products.json</c>; a shop of your own brings its own.</summary>
public interface ICatalogue
{
    /// <summary>Everything on offer, in the order to show it.</summary>
    ValueTask<IReadOnlyList<Product>> ListAsync(CancellationToken cancellationToken);

    /// <summary>The products with these ids; an unknown id is left out.</summary>
    ValueTask<IReadOnlyDictionary<string, Product>> FindAsync(IReadOnlyCollection<string> ids, CancellationToken cancellationToken);
}
