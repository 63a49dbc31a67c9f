using System.Net;
using Microsoft.Playwright;
using PaymentFlow.Testing.Chaos;
using PaymentFlow.Tests.Fixtures;
using PaymentFlow.Tests.Integration.Payments;

namespace PaymentFlow.Tests.Browser;

/// <summary>clients/js in Chromium against the real service, in a page of an allowed origin that is never reloaded.</summary>
[Collection(nameof(PagesOfOtherApps))]
public sealed class LiveClientTests(PaymentFlowApp app, Chromium chromium, ImpatientApp impatient) : BrowserTest(app, chromium)
{
    const string Html = """<!doctype html><meta charset="utf-8"><p id="status"></p><p id="state"></p>""";

    const string Follow = """
        async options => {
          const { followOrder } = await import('/live.js');
          window.versions = [];
          window.follower = followOrder(options);
          follower.addEventListener('state', ({ detail }) => document.querySelector('#state').textContent = detail);
          follower.addEventListener('update', ({ detail }) => {
            versions.push(detail.version);
            document.querySelector('#status').textContent = detail.status;
          });
        }
        """;

    Uri Service => impatient.App.GetEndpoint("order-service");

    [Fact]
    public async Task A_page_whose_service_was_killed_shows_what_it_missed()
    {
        var customer = await Customer.OrdersAsync(impatient.App);
        // With a prepared payment the order can be paid while OrderService is away.
        await Eventually.TrueAsync(async () =>
            (await customer.PostAsync("/payments", $$"""{"orderId":"{{customer.OrderId}}"}""")).Status == HttpStatusCode.OK);
        var page = await FollowAsync(customer, Service);

        await using (await impatient.App.KeepDownAsync("order-service"))
        {
            await Assertions.Expect(page.Locator("#state")).Not.ToHaveTextAsync("open");
            Assert.Equal("succeeded", (await customer.PayAsync())["status"]);
        }

        await SeesPaidAsync(page);
    }

    [Fact]
    public async Task A_page_that_was_offline_shows_what_it_missed()
    {
        await using var network = Proxy();
        var customer = await Customer.OrdersAsync(impatient.App);
        var page = await FollowAsync(customer, AddressOf(network));

        await page.Context.SetOfflineAsync(true);
        network.Reset();
        await Assertions.Expect(page.Locator("#state")).Not.ToHaveTextAsync("open");
        await PayAsync(customer);
        Assert.Equal("awaiting_payment", await page.Locator("#status").TextContentAsync());
        await page.Context.SetOfflineAsync(false);

        await SeesPaidAsync(page);
    }

    [Fact]
    public async Task A_page_that_slept_while_its_connection_died_shows_what_it_missed()
    {
        await using var network = Proxy();
        var customer = await Customer.OrdersAsync(impatient.App);
        var page = await FollowAsync(customer, AddressOf(network));
        var devTools = await page.Context.NewCDPSessionAsync(page);

        await devTools.SendAsync("Page.setWebLifecycleState", new() { ["state"] = "frozen" });
        // The connection stays open, and nothing arrives by it any more: only the end of the sleep tells the page.
        network.Forget();
        await PayAsync(customer);
        await devTools.SendAsync("Page.setWebLifecycleState", new() { ["state"] = "active" });

        await SeesPaidAsync(page);
    }

    [Fact]
    public async Task A_page_behind_a_proxy_that_breaks_WebSockets_uses_the_event_stream()
    {
        await using var network = Proxy();
        network.BreaksWebSockets = true;
        var customer = await Customer.OrdersAsync(impatient.App);
        var page = await FollowAsync(customer, AddressOf(network));

        await PayAsync(customer);

        await SeesPaidAsync(page);
        Assert.Equal("sse", await page.EvaluateAsync<string>("follower.transport"));
    }

    [Fact]
    public async Task A_page_with_the_secret_of_another_order_stops()
    {
        var customer = await Customer.OrdersAsync(impatient.App);
        var page = await OpenAsync();
        await StartAsync(page, Service, customer.OrderId, (await Customer.OrdersAsync(impatient.App)).Secret);

        await Assertions.Expect(page.Locator("#state")).ToHaveTextAsync("closed");
        Assert.Equal(404, await page.EvaluateAsync<int>("follower.error.status"));
    }

    async Task<IPage> FollowAsync(Customer customer, Uri service)
    {
        var page = await OpenAsync();
        await StartAsync(page, service, customer.OrderId, customer.Secret);
        await Assertions.Expect(page.Locator("#status")).ToHaveTextAsync("awaiting_payment");
        await Assertions.Expect(page.Locator("#state")).ToHaveTextAsync("open");
        return page;
    }

    /// <summary>Opens a page of Web's origin, which may call the APIs, with a content of its own.</summary>
    async Task<IPage> OpenAsync()
    {
        var page = (await ShopperAsync(web: impatient.Web)).Page;
        await page.RouteAsync("**/a-shop-of-its-own", route => route.FulfillAsync(new() { ContentType = "text/html", Body = Html }));
        await page.RouteAsync("**/live.js", route => route.FulfillAsync(new()
        {
            ContentType = "text/javascript",
            Path = Path.Combine(Repository.Folder, "clients", "js", "index.js"),
        }));
        await page.GotoAsync("/a-shop-of-its-own");
        return page;
    }

    static async Task StartAsync(IPage page, Uri service, Guid order, string secret) =>
        await page.EvaluateAsync(Follow, new { url = service.AbsoluteUri, orderId = order.ToString(), clientSecret = secret });

    /// <summary>Waits until the page shows the payment. Asserts that it was not reloaded and saw no version twice.</summary>
    static async Task SeesPaidAsync(IPage page)
    {
        await Assertions.Expect(page.Locator("#status")).ToHaveTextAsync("paid");
        var versions = await page.EvaluateAsync<long[]>("versions");
        Assert.True(versions.Length > 1, "The page was reloaded.");
        Assert.Equal(versions.Distinct().Order(), versions);
    }

    static async Task PayAsync(Customer customer)
    {
        using var live = await customer.WatchAsync();
        await customer.PayAsync();
        await live.UntilAsync("paid");
    }

    TcpProxy Proxy() => new() { Target = new IPEndPoint(IPAddress.Loopback, Service.Port) };

    static Uri AddressOf(TcpProxy network) => new($"http://127.0.0.1:{network.Port}");
}
