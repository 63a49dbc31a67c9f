using Microsoft.Playwright;
using PaymentFlow.Tests.Fixtures;

namespace PaymentFlow.Tests.Browser;

/// <summary>A test in which an operator looks at the console.</summary>
[Collection(nameof(ConsolePages))]
public abstract class OperatorTest(PaymentFlowApp app, Chromium chromium) : BrowserTest(app, chromium)
{
    /// <summary>By the key, as <paramref name="name"/>, on the console's first page.</summary>
    protected async Task<Shopper> SignedInAsync(string name = "Anna", Uri? web = null, string? key = null)
    {
        var somebody = await ShopperAsync(web: web);
        await somebody.Page.GotoAsync("/operator");
        await somebody.Page.Locator("#name").FillAsync(name);
        await somebody.Page.Locator("#key").FillAsync(key ?? App.OperatorKey);
        await somebody.Page.GetByText("Sign in", new() { Exact = true }).ClickAsync();
        await somebody.Page.WaitForURLAsync("**/operator");
        return somebody;
    }

    /// <summary>The steps of the journey that the page shows, from when these are among them.</summary>
    protected static async Task<IReadOnlyList<string>> KindsWithAsync(IPage page, params string[] wanted)
    {
        IReadOnlyList<string> kinds = [];
        await Eventually.TrueAsync(async () =>
        {
            await page.ReloadAsync();
            kinds = await page.Locator("tr[data-kind]").EvaluateAllAsync<string[]>("rows => rows.map(row => row.dataset.kind)");
            return wanted.All(kinds.Contains);
        });
        return kinds;
    }

    /// <summary>With UPDATE_SCREENSHOTS=1: the page as it is, for the docs.</summary>
    protected static async Task PictureForDocsAsync(IPage page, string name)
    {
        if (Environment.GetEnvironmentVariable("UPDATE_SCREENSHOTS") != "1") return;
        await page.ScreenshotAsync(new()
        {
            Path = Path.Combine(Repository.Folder, "docs", "images", name),
            FullPage = true,
            Animations = ScreenshotAnimations.Disabled,
        });
    }
}
