using Microsoft.Playwright;
using PaymentFlow.Tests.Fixtures;

namespace PaymentFlow.Tests.Browser;

/// <summary>A test of the real pages. A failed test saves a screenshot of each page in TestResults/.</summary>
[Collection(nameof(ShopPages))]
public abstract class BrowserTest(PaymentFlowApp app, Chromium chromium) : IAsyncLifetime
{
    readonly List<IBrowserContext> _profiles = [];

    protected PaymentFlowApp App => app;

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <summary>A shopper with a new browser profile and one page.</summary>
    /// <param name="session">The cookies of another profile, by <c>StorageStateAsync</c>; null for none.</param>
    /// <param name="zone">The browser's time zone; null for the machine's.</param>
    /// <param name="scripts">Whether the browser runs JavaScript.</param>
    protected async Task<Shopper> ShopperAsync(
        string locale = "en-US", Uri? web = null, string? session = null, string? zone = null, bool scripts = true)
    {
        var profile = await chromium.Browser.NewContextAsync(new()
        {
            BaseURL = (web ?? app.Web).AbsoluteUri,
            Locale = locale,
            StorageState = session,
            TimezoneId = zone,
            JavaScriptEnabled = scripts,
            ViewportSize = new() { Width = 1280, Height = 860 },
            // Without a GPU, animations cost CPU time.
            ReducedMotion = ReducedMotion.Reduce,
        });
        profile.SetDefaultTimeout(Chromium.Patience);
        _profiles.Add(profile);
        return new Shopper(await profile.NewPageAsync());
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        var pages = _profiles.SelectMany(profile => profile.Pages).ToList();
        if (TestContext.Current.TestState?.Result == TestResult.Failed)
        {
            for (var i = 0; i < pages.Count; i++) await PictureAsync(pages[i], i);
        }
        foreach (var profile in _profiles) await profile.DisposeAsync();
    }

    static async Task PictureAsync(IPage page, int number)
    {
        var name = string.Concat(TestContext.Current.TestMethod!.MethodName, "-", number, ".png");
        await page.ScreenshotAsync(new() { Path = Path.Combine(Repository.Folder, "TestResults", name), FullPage = true });
    }
}
