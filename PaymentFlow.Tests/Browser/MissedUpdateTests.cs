using Npgsql;
using PaymentFlow.Tests.Fixtures;
using PaymentFlow.Tests.Integration.Payments;

namespace PaymentFlow.Tests.Browser;

/// <summary>An update that never came, though the page's own connection is well.</summary>
public sealed class MissedUpdateTests(PaymentFlowApp app, Chromium chromium) : BrowserTest(app, chromium)
{
    [Fact]
    public async Task A_page_whose_update_was_lost_on_the_way_shows_it_all_the_same()
    {
        var shopper = await ShopperAsync();
        var customer = await Customer.OrdersAsync(App);
        await shopper.OpenAsync(App.Web, customer.OrderId, customer.Secret);
        await shopper.IsLiveAsync();
        await shopper.Page.EvaluateAsync("() => window.samePage = true");

        // The order changes and nobody is told.
        await using NpgsqlConnection orders = new($"{App.OrdersDb};Pooling=false");
        await orders.OpenAsync(TestContext.Current.CancellationToken);
        await using NpgsqlCommand pay = new("UPDATE orders SET status = 'paid', payment_id = id, payment_version = 7 WHERE id = $1", orders)
        {
            Parameters = { new() { Value = customer.OrderId } },
        };
        await pay.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);

        await shopper.SeesAsync("paid");
        Assert.True(await shopper.Page.EvaluateAsync<bool>("() => window.samePage === true"), "The page was loaded anew.");
    }
}
