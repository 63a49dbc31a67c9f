using System.Text.RegularExpressions;
using Microsoft.Playwright;
using PaymentFlow.Tests.Fixtures;
using PaymentFlow.Tests.Integration.Orders;
using PaymentFlow.Tests.Integration.Payments;

namespace PaymentFlow.Tests.Browser;

/// <summary>The operators' console: its menu, the end of its sessions, and dead letters.</summary>
public sealed class ConsoleTests(PaymentFlowApp app, Chromium chromium) : OperatorTest(app, chromium)
{
    [Fact]
    public async Task An_open_page_ends_when_the_operator_signs_out_in_another()
    {
        var somebody = await SignedInAsync();
        await somebody.IsLiveAsync();

        var other = await somebody.Page.Context.NewPageAsync();
        await other.GotoAsync("/operator");
        await other.GetByText("Sign out").ClickAsync();
        await other.IsAtAsync("**/operator/sign-in");

        await Assertions.Expect(somebody.Page.Locator("main [role=alert]")).ToContainTextAsync("Your session has ended.");
        await Assertions.Expect(somebody.Page.Locator("[data-state=over]")).ToHaveTextAsync("This page is no longer updated.");
    }

    [Fact]
    public async Task A_dead_letter_is_replayed_from_the_page_once_its_reason_is_gone()
    {
        await using OrdersApp orders = new(App);
        var lost = await orders.LosePaymentAsync();
        // A name with characters outside ASCII reaches the record.
        var somebody = await SignedInAsync("Анна");
        var page = somebody.Page;

        await OpenAsync(somebody, "Dead letters");
        await FindAsync(page, lost.EventId);
        await Assertions.Expect(LetterOf(page, lost.EventId)).ToContainTextAsync("there is no such order");
        await somebody.IsAccessibleAsync("a dead letter");
        await ReplayAsync(page, lost.EventId);
        await Assertions.Expect(page.Locator("main [role=alert]")).ToContainTextAsync("Not done: the event still cannot be applied.");
        await FindAsync(page, lost.EventId);

        await orders.RestoreAsync(lost.OrderId);
        await ReplayAsync(page, lost.EventId);
        await Assertions.Expect(page.Locator("main [role=status]")).ToContainTextAsync("Done.");
        await Assertions.Expect(LetterOf(page, lost.EventId)).ToHaveCountAsync(0);
        await page.GotoAsync($"/operator/orders/{lost.OrderId}");
        await KindsWithAsync(page, "dead_letter", "dead_letter.replayed", "order.paid");
        await Assertions.Expect(page.Locator("tr[data-kind=operator]").First).ToContainTextAsync("dead_letter.replay by Анна");
        Assert.Empty(somebody.Complaints);
    }

    [Fact]
    public async Task The_menu_leads_to_each_page_also_on_a_phone()
    {
        var somebody = await SignedInAsync();
        await somebody.Page.SetViewportSizeAsync(320, 640);
        foreach (var name in new[] { "Overview", "Needs attention", "Webhooks", "Dead letters", "Audit log", "Payments" })
        {
            await OpenAsync(somebody, name);
            Assert.True(
                await somebody.Page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= innerWidth"),
                $"{name} scrolls sideways.");
        }
    }

    /// <summary>Opens a page from the console's menu.</summary>
    static async Task OpenAsync(Shopper somebody, string name)
    {
        var link = somebody.Page.Locator(".console-menu")
            .GetByRole(AriaRole.Link, new() { NameRegex = new Regex($"^{Regex.Escape(name)}") });
        await link.ClickAsync();
        await Assertions.Expect(link).ToHaveAttributeAsync("aria-current", "page");
        if (name == "Payments") await somebody.IsLiveAsync();
    }

    static ILocator LetterOf(IPage page, Guid id) => page.Locator($"tr[data-letter='{id}']");

    /// <summary>Turns the pages until the dead letter is visible. Dead letters of other tests may fill the pages before it.</summary>
    static async Task FindAsync(IPage page, Guid id)
    {
        await page.GotoAsync("/operator/dead-letters");
        while (!await LetterOf(page, id).IsVisibleAsync())
            await page.GotoAsync((await page.GetByText("Next page").GetAttributeAsync("href"))!);
    }

    static async Task ReplayAsync(IPage page, Guid id)
    {
        await LetterOf(page, id).Locator("input[name=sure]").CheckAsync();
        await LetterOf(page, id).GetByRole(AriaRole.Button, new() { Name = "Replay" }).ClickAsync();
    }
}
