using Microsoft.Playwright;
using PaymentFlow.Testing.Measuring;

namespace PaymentFlow.Benchmarks.World;

/// <summary>The browser of the modes that measure pages.</summary>
static class Chromium
{
    static readonly string[] Names = ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"];

    /// <exception cref="OptionException">No Chromium is on the PATH.</exception>
    public static BrowserTypeLaunchOptions Find() => new()
    {
        ExecutablePath = Names.SelectMany(name => (Environment.GetEnvironmentVariable("PATH") ?? "")
                .Split(Path.PathSeparator).Select(folder => Path.Combine(folder, name)))
            .FirstOrDefault(File.Exists)
            ?? throw new OptionException($"The mode needs Chromium. Put one of {string.Join(", ", Names)} on the PATH."),
        Args = ["--no-sandbox", "--disable-gpu"],
    };

    /// <summary>Opens an order's page with a form post, as a merchant's own shop does; returns when its circuit is connected.</summary>
    public static async Task OpenOrderAsync(IPage page, Uri web, Guid id, string secret)
    {
        await page.SetContentAsync($"""<form method="post" action="{web}orders/{id}/open">"""
            + $"""<input name="clientSecret" value="{secret}"><button>Pay</button></form>""");
        await page.Locator("button").ClickAsync();
        await page.Locator("[data-live]").WaitForAsync();
    }
}
