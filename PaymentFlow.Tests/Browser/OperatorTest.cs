using Microsoft.Playwright;
using PaymentFlow.Tests.Fixtures;

namespace PaymentFlow.Tests.Browser;

/// <summary>A test in which an operator uses the console.</summary>
[Collection(nameof(ConsolePages))]
public abstract class OperatorTest(PaymentFlowApp app, Chromium chromium) : BrowserTest(app, chromium)
{
    /// <summary>Signs in with the operator key as <paramref name="name"/>. The console's first page is then open.</summary>
    protected async Task<Shopper> SignedInAsync(string name = "Anna", Uri? web = null, string? key = null)
    {
        var somebody = await ShopperAsync(web: web);
        await somebody.Page.GotoAsync("/operator");
        await somebody.Page.Locator("#name").FillAsync(name);
        await somebody.Page.Locator("#key").FillAsync(key ?? App.OperatorKey);
        await somebody.Page.GetByText("Sign in", new() { Exact = true }).ClickAsync();
        await somebody.Page.IsAtAsync("**/operator");
        return somebody;
    }

    /// <summary>Reloads the journey until it contains the wanted kinds of steps.</summary>
    /// <returns>The kinds of all steps that the page shows.</returns>
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
}
