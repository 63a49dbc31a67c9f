using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace PaymentFlow.Tests.Integration.Sandbox;

/// <summary>The sandbox's pages in a real browser: for the keyboard, for both languages, in the light and in the dark.</summary>
public sealed class PageTests : IAsyncLifetime
{
    SandboxHost _sandbox = null!;
    IPlaywright _playwright = null!;
    IBrowser _browser = null!;

    public async ValueTask InitializeAsync()
    {
        _sandbox = await SandboxHost.StartAsync();
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = Chromium(), Args = ["--no-sandbox"] });
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
        await _sandbox.DisposeAsync();
    }

    [Theory]
    [InlineData("en-US", ColorScheme.Light)]
    [InlineData("ru-RU", ColorScheme.Light)]
    [InlineData("en-US", ColorScheme.Dark)]
    public async Task Every_page_passes_axe(string locale, ColorScheme colours)
    {
        var page = await _browser.NewPageAsync(new() { Locale = locale, ColorScheme = colours });
        var challenge = await ChallengeAsync();

        await GoAsync(_sandbox.Address.AbsoluteUri);
        await GoAsync(challenge);
        await page.Locator("button[value=approve]").ClickAsync();
        await page.Locator("button").First.WaitForAsync(new() { State = WaitForSelectorState.Detached });
        await CheckAsync();
        await GoAsync(new Uri(_sandbox.Address, "/_sandbox/3ds/pi_nobody").AbsoluteUri);

        async Task GoAsync(string url)
        {
            await page.GotoAsync(url);
            await CheckAsync();
        }

        async Task CheckAsync()
        {
            Assert.Equal(locale[..2], await page.Locator("html").GetAttributeAsync("lang"));
            var found = await page.RunAxe(new AxeRunOptions());
            Assert.Empty(found.Violations.Select(v => $"{page.Url}: {v.Id}: {v.Help} {v.Nodes[0].Html}"));
        }
    }

    [Fact]
    public async Task The_keyboard_alone_approves_a_payment()
    {
        var page = await _browser.NewPageAsync();
        await page.GotoAsync(await ChallengeAsync());

        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("Enter");

        await page.GetByRole(AriaRole.Heading, new() { Name = "Payment confirmed" }).WaitForAsync();
        Assert.Single(await _sandbox.ChargesAsync());
    }

    [Fact]
    public async Task The_browser_is_sent_on_to_another_site()
    {
        var page = await _browser.NewPageAsync();
        // A site of another origin: the content security policy must not hold the redirect back.
        var back = new UriBuilder(_sandbox.Address) { Host = "localhost" }.Uri.AbsoluteUri + "?order=7";
        await page.GotoAsync(await ChallengeAsync(back));

        await page.GetByRole(AriaRole.Button, new() { Name = "Fail authentication" }).ClickAsync();

        await page.WaitForURLAsync(url => url.StartsWith(back, StringComparison.Ordinal));
        Assert.Contains("redirect_status=failed", page.Url, StringComparison.Ordinal);
    }

    async Task<string> ChallengeAsync(string? returnUrl = null)
    {
        var intent = await _sandbox.ConfirmAsync((await _sandbox.CreateAsync()).Id, "pm_card_threeDSecure2Required", returnUrl);
        return intent.NextAction.RedirectToUrl?.Url
            ?? intent.RawJsonElement!.Value.GetProperty("next_action").GetProperty("use_stripe_sdk").GetProperty("stripe_js").GetString()!;
    }

    static string Chromium() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .SelectMany(folder => (string[])[Path.Combine(folder, "chromium"), Path.Combine(folder, "chromium-browser"), Path.Combine(folder, "google-chrome")])
        .First(System.IO.File.Exists);
}
