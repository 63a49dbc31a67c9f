using Microsoft.Playwright;
using PaymentFlow.Tests.Browser;

namespace PaymentFlow.Tests.Integration.Sandbox;

/// <summary>The sandbox's pages in a real browser, with the keyboard, in both languages and in both color schemes.</summary>
public sealed class PageTests : IAsyncLifetime
{
    SandboxHost _sandbox = null!;
    IPlaywright _playwright = null!;
    IBrowser _browser = null!;

    public async ValueTask InitializeAsync()
    {
        _sandbox = await SandboxHost.StartAsync();
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = Chromium.Find(), Args = Chromium.Arguments });
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
        await _sandbox.DisposeAsync();
    }

    [Fact]
    public async Task Every_page_passes_axe()
    {
        var visitor = await VisitorAsync("en-US");
        var page = visitor.Page;

        await page.GotoAsync(_sandbox.Address.AbsoluteUri);
        await CheckAsync(visitor, "en");
        await page.GotoAsync(await ChallengeAsync());
        await CheckAsync(visitor, "en");
        await page.Locator("button[value=approve]").ClickAsync();
        await page.Locator("button").First.WaitForAsync(new() { State = WaitForSelectorState.Detached });
        await CheckAsync(visitor, "en");
        await page.GotoAsync(new Uri(_sandbox.Address, "/_sandbox/3ds/pi_nobody").AbsoluteUri);
        await CheckAsync(visitor, "en");
    }

    /// <summary>Only the texts differ between the languages, so one page is enough for Russian.</summary>
    [Fact]
    public async Task The_banks_page_in_Russian_passes_axe()
    {
        var visitor = await VisitorAsync("ru-RU");
        await visitor.Page.GotoAsync(await ChallengeAsync());
        await CheckAsync(visitor, "ru");
    }

    async Task<Browser.Shopper> VisitorAsync(string locale) => new(await _browser.NewPageAsync(new() { Locale = locale }));

    static async Task CheckAsync(Browser.Shopper visitor, string language)
    {
        Assert.Equal(language, await visitor.Page.Locator("html").GetAttributeAsync("lang"));
        await visitor.IsAccessibleAsync(visitor.Page.Url);
    }

    [Fact]
    public async Task A_payment_can_be_approved_with_the_keyboard_only()
    {
        var page = await _browser.NewPageAsync();
        await page.GotoAsync(await ChallengeAsync());

        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("Enter");

        await page.GetByRole(AriaRole.Heading, new() { Name = "Payment confirmed" }).WaitForAsync();
        Assert.Single(await _sandbox.ChargesAsync());
    }

    [Fact]
    public async Task The_browser_is_redirected_to_a_return_URL_of_another_origin()
    {
        var page = await _browser.NewPageAsync();
        // The content security policy must not block a redirect to another origin.
        var back = new UriBuilder(_sandbox.Address) { Host = "localhost" }.Uri.AbsoluteUri + "?order=7";
        await page.GotoAsync(await ChallengeAsync(back));

        await page.GetByRole(AriaRole.Button, new() { Name = "Fail authentication" }).ClickAsync();

        await page.IsAtAsync($"{back}**");
        Assert.Contains("redirect_status=failed", page.Url, StringComparison.Ordinal);
    }

    async Task<string> ChallengeAsync(string? returnUrl = null)
    {
        var intent = await _sandbox.ConfirmAsync((await _sandbox.CreateAsync()).Id, "pm_card_threeDSecure2Required", returnUrl);
        return intent.NextAction.RedirectToUrl?.Url
            ?? intent.RawJsonElement!.Value.GetProperty("next_action").GetProperty("use_stripe_sdk").GetProperty("stripe_js").GetString()!;
    }
}
