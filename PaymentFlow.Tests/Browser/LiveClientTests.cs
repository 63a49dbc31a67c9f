using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Playwright;
using PaymentFlow.Testing.Chaos;
using PaymentFlow.Tests.Fixtures;
using PaymentFlow.Tests.Integration.Payments;

namespace PaymentFlow.Tests.Browser;

/// <summary>clients/js in Chromium against the real service, in a page of an allowed origin that is never reloaded.</summary>
[Collection(nameof(PagesOfOtherApps))]
public sealed class LiveClientTests(PaymentFlowApp app, Chromium chromium, ImpatientApp impatient)
    : BrowserTest(app, chromium), IAsyncLifetime
{
    const string Html = """<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><p id="status"></p><p id="state"></p>""";

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

    const string Events = """
        window.tell = (target, type) => target.dispatchEvent(new Event(type));
        window.show = state => {
          Object.defineProperty(document, 'visibilityState', { value: state, configurable: true });
          tell(document, 'visibilitychange');
        };
        window.turn = type => dispatchEvent(new PageTransitionEvent(type, { persisted: true }));
        """;

    WebApplication _shop = null!;

    Uri Service => impatient.App.GetEndpoint("order-service");

    async ValueTask IAsyncLifetime.InitializeAsync()
    {
        await InitializeAsync();
        _shop = Shop(impatient.ShopOrigin);
        await _shop.StartAsync(Token);
    }

    async ValueTask IAsyncDisposable.DisposeAsync()
    {
        await DisposeAsync();
        await _shop.DisposeAsync();
    }

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

    /// <summary>
    /// The clock jumps as when a machine sleeps, and the page gets the events that a browser sends it. The headless browser is never hidden
    /// and freezes no page, so the test sends them.
    /// </summary>
    [Theory]
    // The machine, a hidden page, a frozen page, a page in the page cache, and a network that changed.
    [InlineData("", "01:00:00", "")]
    [InlineData("show('hidden')", "00:01:00", "show('visible')")]
    [InlineData("tell(document, 'freeze')", "00:00:05", "tell(document, 'resume')")]
    [InlineData("turn('pagehide')", "00:05:00", "turn('pageshow')")]
    [InlineData("", "00:00:05", "tell(window, 'online')")]
    public async Task A_page_whose_connection_died_in_its_sleep_shows_what_it_missed(string begin, string time, string end)
    {
        await using var network = Proxy();
        var customer = await Customer.OrdersAsync(impatient.App);
        var page = await FollowAsync(customer, AddressOf(network));
        await page.EvaluateAsync($$"""() => { {{Events}} {{begin}}; }""");

        // The connection stays open, and nothing arrives by it any more: no error tells the page.
        network.Forget();
        await PayAsync(customer);
        await page.Clock.FastForwardAsync(time);
        await page.EvaluateAsync($$"""() => { {{end}}; }""");

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

    /// <summary>A team's own shop, whose page has the client.</summary>
    static WebApplication Shop(string origin)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls(origin);
        builder.Logging.ClearProviders();
        var shop = builder.Build();
        shop.MapGet("/", () => Results.Content(Html, "text/html"));
        shop.MapGet("/live.js", () => Results.File(Path.Combine(Repository.Folder, "clients", "js", "index.js"), "text/javascript"));
        return shop;
    }

    async Task<IPage> FollowAsync(Customer customer, Uri service)
    {
        var page = await OpenAsync();
        await StartAsync(page, service, customer.OrderId, customer.Secret);
        await Assertions.Expect(page.Locator("#status")).ToHaveTextAsync("awaiting_payment");
        await Assertions.Expect(page.Locator("#state")).ToHaveTextAsync("open");
        return page;
    }

    async Task<IPage> OpenAsync()
    {
        var page = (await ShopperAsync(web: impatient.Web)).Page;
        await page.Clock.InstallAsync();
        await page.GotoAsync(impatient.ShopOrigin);
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
