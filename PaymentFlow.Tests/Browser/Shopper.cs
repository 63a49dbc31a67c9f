using System.Collections.Concurrent;
using Deque.AxeCore.Commons;
using Microsoft.Playwright;

namespace PaymentFlow.Tests.Browser;

/// <summary>A customer or an operator at a browser.</summary>
public sealed class Shopper
{
    static readonly string Axe = new BundledAxeScriptProvider().GetScript();

    readonly ConcurrentQueue<string> _complaints = [];

    public Shopper(IPage page)
    {
        Page = page;
        page.Console += (_, message) =>
        {
            if (message.Type == "error") _complaints.Enqueue(message.Text);
        };
        page.PageError += (_, error) => _complaints.Enqueue(error);
    }

    public IPage Page { get; }

    /// <summary>Errors in the browser's console: script errors and violations of the content security policy.</summary>
    public IEnumerable<string> Complaints => _complaints;

    public ILocator Heading => Page.Locator("h1");

    public ILocator PayButton => Page.Locator(".pay-button");

    public Guid OrderId => Guid.Parse(new Uri(Page.Url).Segments[2].TrimEnd('/'));

    public async Task AddAsync(int product = 0)
    {
        if (new Uri(Page.Url).AbsolutePath != "/" || Page.Url.StartsWith("about:", StringComparison.Ordinal)) await Page.GotoAsync("/");
        var lines = Page.Locator(".basket .lines > li");
        var before = await lines.CountAsync();
        await Page.Locator(".product form button").Nth(product).ClickAsync();
        await Assertions.Expect(lines).ToHaveCountAsync(before + 1);
    }

    /// <summary>Orders products in the shop and opens the order's page.</summary>
    public async Task OrderAsync(params int[] products)
    {
        foreach (var product in products.DefaultIfEmpty(0)) await AddAsync(product);
        await Page.GotoAsync("/checkout");
        await Page.Locator("form.checkout button").ClickAsync();
        await IsLiveAsync();
    }

    /// <summary>Waits until the page's circuit is connected, so that clicks work and pushes arrive.</summary>
    public Task IsLiveAsync() => Page.Locator("[data-live]").WaitForAsync();

    public async Task ChooseAsync(string paymentMethod)
    {
        var choice = Page.Locator($"input[value={paymentMethod}]");
        if (!await choice.IsVisibleAsync()) await Page.Locator("details > summary").ClickAsync();
        await choice.CheckAsync();
    }

    public async Task PayAsync(string paymentMethod = "pm_card_visa")
    {
        await ChooseAsync(paymentMethod);
        await PayButton.ClickAsync();
    }

    /// <summary>Cancels the order and confirms the question.</summary>
    public async Task CancelAsync()
    {
        await Page.Locator(".cancel-order .link").ClickAsync();
        await Page.Locator(".cancel-order .danger").ClickAsync();
    }

    /// <summary>Keeps the browser on the order's page when it is redirected to the bank.</summary>
    public Task StayFromTheBankAsync() => Page.RouteAsync("**/_sandbox/3ds/**", route => route.FulfillAsync(new()
    {
        // The browser stays on the page, because a download does not navigate.
        Headers = new Dictionary<string, string> { ["Content-Disposition"] = "attachment" },
        ContentType = "application/octet-stream",
        Body = "held",
    }));

    public Task SeesAsync(string screen) => Page.Locator($"[data-screen={screen}]").WaitForAsync();

    /// <summary>Opens an order's page with a form, as another shop's page does.</summary>
    public async Task OpenAsync(Uri web, Guid orderId, string secret)
    {
        await Page.SetContentAsync(
            $"""<form method="post" action="{web}orders/{orderId}/open">"""
            + $"""<input name="clientSecret" value="{secret}"><button>Pay</button></form>""");
        await Page.Locator("button").ClickAsync();
        await IsLiveAsync();
    }

    /// <summary>
    /// Checks with axe that the page is accessible in light and in dark colors, by WCAG 2.2 AA and axe's own best practices.
    /// </summary>
    public async Task IsAccessibleAsync(string state)
    {
        await Page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
        // Light and dark pages differ only in colors, so the dark page needs only these rules.
        await PassesAxeAsync($"{state}, dark", "color-contrast", "link-in-text-block");
        await Page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Light });
        await PassesAxeAsync(state);
    }

    /// <param name="rules">All if none is given.</param>
    async Task PassesAxeAsync(string state, params string[] rules)
    {
        // Colors in the middle of an animation are not final, so wait for the end of all animations.
        await Page.EvaluateAsync(
            "() => Promise.all(document.getAnimations().filter(a => a.effect.getTiming().iterations !== Infinity)"
            + ".map(a => a.finished.catch(() => {})))");
        // Axe's package for Playwright opens another page for every check, which takes longer than the check.
        if (!await Page.EvaluateAsync<bool>("() => 'axe' in window")) await Page.EvaluateAsync(Axe);
        var violations = await Page.EvaluateAsync<string[]>(
            """
            async rules => {
              const options = { resultTypes: ["violations"], ...(rules.length > 0 && { runOnly: { type: "rule", values: rules } }) };
              const { violations } = await axe.run(options);
              return violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes[0].html}`);
            }
            """, rules);
        Assert.Empty(violations.Select(violation => $"{state}: {violation}"));
    }
}
