using System.Collections.Concurrent;
using Microsoft.Playwright;
using PaymentFlow.Testing.Hosting;
using PaymentFlow.Tests.Fixtures;
using PaymentFlow.Tests.Integration.Payments;

namespace PaymentFlow.Tests.Browser;

/// <summary>After a lost connection or a restart of Web, the page shows the order's current state.</summary>
[Collection(nameof(PagesOfOtherApps))]
public sealed class LostCircuitTests(PaymentFlowApp app, Chromium chromium, ImpatientApp impatient) : BrowserTest(app, chromium)
{
    [Fact]
    public async Task A_page_that_was_disconnected_while_another_client_paid_shows_paid_after_it_reconnects()
    {
        var shopper = await ShopperAsync();
        var page = shopper.Page;
        var line = await Line.OfAsync(page);
        var customer = await Customer.OrdersAsync(App);
        await shopper.OpenAsync(App.Web, customer.OrderId, customer.Secret);
        await page.EvaluateAsync("() => window.samePage = true");
        using var live = await customer.WatchAsync();

        await line.CutAsync();
        await page.Locator(".reconnect .on-trying").WaitForAsync();
        await Assertions.Expect(page.Locator(".reconnect")).ToContainTextAsync("The connection is lost");
        await shopper.IsAccessibleAsync("reconnecting");
        await customer.PayAsync();
        await live.UntilAsync("paid");
        await Assertions.Expect(shopper.Heading).ToHaveTextAsync("Pay for your order");
        line.Mend();

        await shopper.SeesAsync("paid");
        await page.Locator(".reconnect").WaitForAsync(new() { State = WaitForSelectorState.Hidden });
        Assert.True(await page.EvaluateAsync<bool>("() => window.samePage === true"), "The page was reloaded.");
    }

    [Fact]
    public async Task A_page_whose_server_died_while_another_client_paid_shows_paid_after_the_restart()
    {
        var shopper = await ShopperAsync();
        var customer = await Customer.OrdersAsync(impatient.App);
        await shopper.OpenAsync(impatient.Web, customer.OrderId, customer.Secret);
        var web = impatient.App.ProcessIdOf("web")!.Value;

        impatient.App.Signal("web", ProcessSignal.Kill);
        await customer.PayAsync();

        await shopper.Page.Locator("[data-screen=paid], [data-screen=already-paid]").WaitForAsync();
        Assert.NotEqual(web, impatient.App.ProcessIdOf("web"));
    }

    /// <summary>The connection between one page's circuit and the server. A test can cut it.</summary>
    sealed class Line
    {
        readonly ConcurrentQueue<IWebSocketRoute> _sockets = [];
        volatile bool _cut;

        public static async Task<Line> OfAsync(IPage page)
        {
            Line line = new();
            await page.RouteWebSocketAsync("**/_blazor**", socket =>
            {
                if (line._cut)
                {
                    _ = socket.CloseAsync();
                    return;
                }
                socket.ConnectToServer();
                line._sockets.Enqueue(socket);
            });
            await page.RouteAsync("**/_blazor/**", route => line._cut ? route.AbortAsync() : route.ContinueAsync());
            return line;
        }

        public async Task CutAsync()
        {
            _cut = true;
            while (_sockets.TryDequeue(out var socket)) await socket.CloseAsync();
        }

        public void Mend() => _cut = false;
    }
}
