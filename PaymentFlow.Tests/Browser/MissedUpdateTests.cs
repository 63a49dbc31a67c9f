using Npgsql;
using PaymentFlow.Tests.Fixtures;
using PaymentFlow.Tests.Integration.Payments;

namespace PaymentFlow.Tests.Browser;

/// <summary>An update is lost although the page's own connection works.</summary>
public sealed class MissedUpdateTests(PaymentFlowApp app, Chromium chromium) : BrowserTest(app, chromium)
{
    [Fact]
    public async Task A_page_shows_paid_even_if_the_update_was_lost()
    {
        var shopper = await ShopperAsync();
        var customer = await Customer.OrdersAsync(App);
        await shopper.OpenAsync(App.Web, customer.OrderId, customer.Secret);
        await shopper.IsLiveAsync();
        await shopper.Page.EvaluateAsync("() => window.samePage = true");

        // The order changes without an event.
        await using NpgsqlConnection orders = new($"{App.OrdersDb};Pooling=false");
        await orders.OpenAsync(TestContext.Current.CancellationToken);
        await using NpgsqlCommand pay = new("UPDATE orders SET status = 'paid', payment_id = id, payment_version = 7 WHERE id = $1", orders)
        {
            Parameters = { new() { Value = customer.OrderId } },
        };
        await pay.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);

        await shopper.SeesAsync("paid");
        Assert.True(await shopper.Page.EvaluateAsync<bool>("() => window.samePage === true"), "The page was reloaded.");
    }
}
