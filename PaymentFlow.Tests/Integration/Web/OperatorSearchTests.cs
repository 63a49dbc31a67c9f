using System.Net.Http.Json;
using System.Security.Claims;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using PaymentFlow.ServiceDefaults;
using PaymentFlow.Tests.Fixtures;
using PaymentFlow.Tests.Integration.Payments;
using PaymentFlow.Web.Operators;

namespace PaymentFlow.Tests.Integration.Web;

/// <summary>The console's search, against the real services.</summary>
public sealed class OperatorSearchTests(PaymentFlowApp app) : IDisposable
{
    readonly ServiceProvider _services = Services(app);

    [Theory]
    [InlineData("pi_shop_{0}")]
    [InlineData("PI_{0}")]
    [InlineData("{1}")]
    [InlineData("{{{1}}}")]
    public async Task A_reference_that_looks_like_an_id_is_found(string form)
    {
        var id = Guid.CreateVersion7();
        var reference = string.Format(null, form, id.ToString("N"), id);
        using HttpClient http = new() { BaseAddress = app.OrderService };
        http.DefaultRequestHeaders.Add("X-Api-Key", app.MerchantKey);
        using var created = await http.PostAsJsonAsync(
            "/orders", new { reference, amount = 500, currency = "eur" }, TestContext.Current.CancellationToken);
        var order = (await Answer.OfAsync(created))["id"];

        Assert.Equal(order, (await SearchAsync(reference))?.ToString());
    }

    [Fact]
    public async Task Ids_are_found_first_and_an_unknown_id_finds_nothing()
    {
        var customer = await Customer.OrdersAsync(app);
        var paid = await customer.PayAsync();

        Assert.Equal(customer.OrderId, await SearchAsync(customer.OrderId.ToString()));
        Assert.Equal(customer.OrderId, await SearchAsync(paid["paymentId"]!));
        Assert.Null(await SearchAsync(Guid.CreateVersion7().ToString()));
        Assert.Null(await SearchAsync("pi_unknown"));
    }

    Task<Guid?> SearchAsync(string what) => new OperatorClient(new OperatorHttp(
        _services.GetRequiredService<IHttpClientFactory>(), _services.GetRequiredService<IConfiguration>()))
        .SearchAsync(
            what, new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Role, Roles.Operator)])),
            TestContext.Current.CancellationToken);

    static ServiceProvider Services(PaymentFlowApp app)
    {
        ServiceCollection services = new();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?> { ["Operator:Key"] = app.OperatorKey }).Build());
        services.AddHttpClient(OperatorHttp.Orders, http => http.BaseAddress = app.OrderService);
        services.AddHttpClient(OperatorHttp.Payments, http => http.BaseAddress = app.PaymentApi);
        return services.BuildServiceProvider();
    }

    public void Dispose() => _services.Dispose();
}
