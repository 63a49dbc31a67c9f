using Microsoft.Playwright;
using PaymentFlow.Tests.Fixtures;
using PaymentFlow.Tests.Integration.AppHost;

namespace PaymentFlow.Tests.Browser;

/// <summary>Aspire's dashboard opens from the link on the start screen.</summary>
[Collection(nameof(PagesOfOtherApps))]
public sealed class DashboardTests(PaymentFlowApp app, Chromium chromium) : BrowserTest(app, chromium), IDisposable
{
    readonly string _folder = TestHost.NewDataFolder();

    [Fact]
    public async Task The_dashboard_shows_all_resources_running_and_one_payment_as_one_trace()
    {
        using HostProcess host = new("--free-ports", "--data-folder", _folder);
        await host.IsUpAsync();
        var shopper = await ShopperAsync(web: new Uri(host.Said("Shop")));
        await shopper.OrderAsync();
        await shopper.PayAsync();
        await shopper.SeesAsync("paid");
        var link = new Uri(host.Said("Dashboard"));
        var page = (await ShopperAsync(web: link)).Page;

        await page.GotoAsync(link.AbsoluteUri);
        string[] resources = ["kafka", "postgres", "paymentsdb", "ordersdb", "order-service", "payment-api", "web", "stripe-sandbox"];
        foreach (var resource in resources)
            await page.Locator("tr", new() { HasText = resource }).Filter(new() { HasText = "Running" }).First.WaitForAsync();
        foreach (var title in (string[])["Shop", "Operator console", "API reference", "Ledger"])
            await Assertions.Expect(page.GetByText(title).First).ToBeAttachedAsync();
        await PictureAsync(page, "dashboard");

        await page.GotoAsync(new Uri(link, "/traces").AbsoluteUri);
        // The list moves while traces arrive, so a mouse might miss the row. The event reaches the row wherever it is.
        await Eventually.TrueAsync(async () =>
        {
            if (page.Url.Contains("/traces/detail/", StringComparison.Ordinal)) return true;
            await page.GetByText("pay click").First.DispatchEventAsync("click");
            return false;
        });
        foreach (var span in (string[])["pay click", "POST /process-payment", "MSG kafka payments", "MSG kafka orders", "page update"])
            await page.GetByText(span).First.WaitForAsync();
        await PictureAsync(page, "dashboard-trace");
    }

    /// <summary>With UPDATE_SCREENSHOTS=1: saves a screenshot for the docs.</summary>
    static async Task PictureAsync(IPage page, string name)
    {
        if (Environment.GetEnvironmentVariable("UPDATE_SCREENSHOTS") != "1") return;
        await page.ScreenshotAsync(new()
        {
            Path = Path.Combine(Repository.Folder, "docs", "images", $"{name}.png"),
            Animations = ScreenshotAnimations.Disabled,
        });
    }

    public void Dispose()
    {
        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
    }
}
