using System.Net;
using System.Net.Http.Json;
using PaymentFlow.Tests.Fixtures;
using PaymentFlow.Tests.Integration.Payments;

namespace PaymentFlow.Tests.Integration.Resilience;

/// <summary>
/// Pooled connections lead to a server that accepts sessions and rejects writes, as a former primary does. New connections lead to one that
/// accepts writes.
/// </summary>
[Collection(nameof(OutageApp))]
public sealed class FailOverTests(OutageApp app)
{
    static readonly HttpClient Http = new();

    [Theory]
    [InlineData("ordersdb", "order-service")]
    [InlineData("paymentsdb", "payment-api")]
    public async Task After_a_fail_over_the_next_request_succeeds(string database, string service)
    {
        var customer = await Customer.OrdersAsync(app.App);
        Task<HttpStatusCode> WriteAsync() => service == "order-service" ? OrderAsync() : PayAsync(customer);
        using (await app.RejectWritesAsync(database))
        {
            await Eventually.TrueAsync(async () => await HealthAsync(service) is (HttpStatusCode.ServiceUnavailable, var unhealthy)
                && unhealthy.Contains("PostgreSql: The database cannot be written to.", StringComparison.Ordinal));
            // Several at once, so that the pool holds several connections of this time.
            Assert.All(await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => WriteAsync())),
                answer => Assert.Equal(HttpStatusCode.ServiceUnavailable, answer));
        }

        var first = await WriteAsync();
        // The first request after the fail-over may still meet a connection to the former primary. The next one must not.
        if (first == HttpStatusCode.ServiceUnavailable) first = await WriteAsync();

        Assert.True(first is HttpStatusCode.Created or HttpStatusCode.OK, $"{first}");
        await app.ReadyAsync(service);
    }

    async Task<HttpStatusCode> OrderAsync()
    {
        using var response = await Http.PostAsJsonAsync(new Uri(app.App.GetEndpoint("order-service"), "/orders"),
            new { items = new[] { new { productId = "mug", quantity = 1 } } }, TestContext.Current.CancellationToken);
        return response.StatusCode;
    }

    static async Task<HttpStatusCode> PayAsync(Customer customer) => (await customer.PayAsync()).Status;

    async Task<(HttpStatusCode Status, string Body)> HealthAsync(string service)
    {
        using var response = await Http.GetAsync(new Uri(app.App.GetEndpoint(service), "/health"), TestContext.Current.CancellationToken);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
