using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using PaymentFlow.ServiceDefaults;

namespace PaymentFlow.OrderService.Catalogue;

/// <summary><c>GET /products</c>: the demo shop's products, with names in the caller's language.</summary>
static class CatalogueEndpoints
{
    public static void AddCatalogue(this IHostApplicationBuilder builder) =>
        builder.Services.AddSingleton<ICatalogue, JsonCatalogue>();

    public static void MapCatalogue(this IEndpointRouteBuilder app) =>
        app.MapGet("/products", ListAsync).WithTags("Catalogue").WithSummary("The shop's products")
            .AcceptsCredentials(ApiCredentials.None);

    static async Task<Ok<List<ProductResponse>>> ListAsync(ICatalogue catalogue, CancellationToken cancellationToken) =>
        TypedResults.Ok((await catalogue.ListAsync(cancellationToken)).Select(ProductResponse.From).ToList());
}

/// <param name="UnitAmount">In the currency's minor unit.</param>
/// <param name="Currency">ISO 4217, lower case.</param>
public sealed record ProductResponse(string Id, string Name, string Description, long UnitAmount, string Currency)
{
    public static ProductResponse From(Product product) => new(product.Id, product.NameIn(CultureInfo.CurrentUICulture),
        product.DescriptionIn(CultureInfo.CurrentUICulture), product.UnitAmount, product.Currency);
}
