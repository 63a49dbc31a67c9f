using System.Text.Json;

namespace PaymentFlow.OrderService.Catalogue;

/// <summary>The demo shop's catalogue. Reads <c>products.json</c> next to the program once.</summary>
sealed class JsonCatalogue : ICatalogue
{
    readonly List<Product> _products;
    readonly Dictionary<string, Product> _byId;

    public JsonCatalogue()
    {
        using var file = File.OpenRead(Path.Combine(AppContext.BaseDirectory, "Catalogue", "products.json"));
        _products = JsonSerializer.Deserialize(file, CatalogueJson.Default.ListProduct)!;
        _byId = _products.ToDictionary(product => product.Id, StringComparer.Ordinal);
    }

    public ValueTask<IReadOnlyList<Product>> ListAsync(CancellationToken cancellationToken) => new(_products);

    public ValueTask<IReadOnlyDictionary<string, Product>> FindAsync(
        IReadOnlyCollection<string> ids, CancellationToken cancellationToken) => new(_byId);
}
