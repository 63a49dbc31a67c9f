using System.Collections.Concurrent;
using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace PaymentFlow.Tests.Browser;

/// <summary>Somebody at a browser, who sees pages and presses what is on them.</summary>
public sealed class Shopper
{
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

    /// <summary>What the browser's console reported: script errors, and whatever the content security policy held back.</summary>
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

    /// <summary>From the shop to the order's own page.</summary>
    public async Task OrderAsync(params int[] products)
    {
        foreach (var product in products.DefaultIfEmpty(0)) await AddAsync(product);
        await Page.GotoAsync("/checkout");
        await Page.Locator("form.checkout button").ClickAsync();
        await IsLiveAsync();
    }

    /// <summary>The circuit is there: a press is heard, and news arrive.</summary>
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

    /// <summary>Asks to cancel the order, and answers the question that follows.</summary>
    public async Task CancelAsync()
    {
        await Page.Locator(".cancel-order .link").ClickAsync();
        await Page.Locator(".cancel-order .danger").ClickAsync();
    }

    /// <summary>Keeps the browser where it is when it is sent to the bank.</summary>
    public Task StayFromTheBankAsync() => Page.RouteAsync("**/_sandbox/3ds/**", route => route.FulfillAsync(new()
    {
        // A download leaves the page as it is.
        Headers = new Dictionary<string, string> { ["Content-Disposition"] = "attachment" },
        ContentType = "application/octet-stream",
        Body = "held",
    }));

    public Task SeesAsync(string screen) => Page.Locator($"[data-screen={screen}]").WaitForAsync();

    /// <summary>Hands an order over to the page as another shop's page would: by a form.</summary>
    public async Task OpenAsync(Uri web, Guid orderId, string secret)
    {
        await Page.SetContentAsync(
            $"""<form method="post" action="{web}orders/{orderId}/open"><input name="clientSecret" value="{secret}"><button>Pay</button></form>""");
        await Page.Locator("button").ClickAsync();
        await IsLiveAsync();
    }

    /// <summary>
    /// axe finds nothing to mend on the page as it is now, in light colours and in dark ones, by WCAG 2.2 AA and its own best practices.
    /// </summary>
    public async Task IsAccessibleAsync(string state)
    {
        await Page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
        // The page is the same in both: only what is about colours can differ.
        await PassesAxeAsync($"{state}, dark", new() { RunOnly = RunOnlyOptions.Rules("color-contrast", "link-in-text-block") });
        await Page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Light });
        await PassesAxeAsync(state, new());
    }

    async Task PassesAxeAsync(string state, AxeRunOptions options)
    {
        // An animation half-way has colours that nobody reads.
        await Page.EvaluateAsync("() => Promise.all(document.getAnimations().filter(a => a.effect.getTiming().iterations !== Infinity).map(a => a.finished.catch(() => {})))");
        var found = await Page.RunAxe(options);
        Assert.Empty(found.Violations.Select(violation => $"{state}: {violation.Id}: {violation.Help}: {violation.Nodes[0].Html}"));
    }
}
