using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using PaymentFlow.Tests.Fixtures;
using PaymentFlow.Tests.Integration.Payments;

namespace PaymentFlow.Tests.Browser;

/// <summary>The console's overview. No other test uses this currency.</summary>
[Collection(nameof(MoreConsolePages))]
public sealed class OverviewTests(PaymentFlowApp app, Chromium chromium) : OperatorTest(app, chromium)
{
    const string Currency = "sbd";
    // UTC+14.
    const string Zone = "Pacific/Kiritimati";

    [Fact]
    public async Task The_overview_shows_what_was_paid_declined_and_refunded_on_the_readers_days_and_compares_it()
    {
        var customer = await Customer.OfMerchantAsync(App, $"shop-{Guid.CreateVersion7()}", 3_000, Currency);
        await customer.PayAsync("pm_card_visa_chargeDeclinedInsufficientFunds");
        var paid = await customer.PayAsync();
        await new BackOffice(App.App).RefundAsync(Guid.Parse(paid["paymentId"]!), 500);
        var declined = await Customer.OfMerchantAsync(App, $"shop-{Guid.CreateVersion7()}", 1_000, Currency);
        await declined.PayAsync("pm_card_visa_chargeDeclined");
        var somebody = await SignedInAsync();
        var page = somebody.Page;
        var browser = await page.Context.NewCDPSessionAsync(page);
        await browser.SendAsync("Emulation.setTimezoneOverride", new() { ["timezoneId"] = Zone });

        // The page learns the browser's time zone and is shown again.
        await page.GotoAsync($"/operator/overview?range=7d&currency={Currency}");
        await Assertions.Expect(page.Locator("[data-zone]")).ToHaveAttributeAsync("data-zone", Zone);
        await Assertions.Expect(page.Locator(".heading")).ToContainTextAsync($"Times are in {Zone}.");
        await Assertions.Expect(page.Locator(".range-picker [aria-current]")).ToHaveTextAsync(["7 days", "By day"]);
        await ShowsAsync(page, "gross", "SBD 30.00", "Up by SBD 30.00");
        await ShowsAsync(page, "refunded", "SBD 5.00", "Up by SBD 5.00");
        await ShowsAsync(page, "net", "SBD 25.00", "Up by SBD 25.00");
        await ShowsAsync(page, "payments", "2", "Up by 2");
        await ShowsAsync(page, "success-rate", "50.0%", "of attempts: 33.3%");
        await Assertions.Expect(page.Locator("[data-chart=declines] li")).ToHaveTextAsync(
            [new Regex("^\\s*generic_decline[^%]* 1 50%"), new Regex("^\\s*insufficient_funds[^%]* 1 50%")]);
        await Assertions.Expect(page.Locator("a.button[href='/operator/attention']")).ToHaveTextAsync("Needs attention");

        // A chart tells its values by keyboard, by pointer, and in its table.
        var chart = page.Locator("[data-chart=money]");
        var (plot, value) = (chart.GetByRole(AriaRole.Slider), chart.Locator("[data-value]"));
        await Assertions.Expect(value).ToContainTextAsync("gross SBD 30.00, refunded SBD 5.00, net SBD 25.00");
        await plot.PressAsync("ArrowLeft");
        await Assertions.Expect(value).ToContainTextAsync("gross SBD 0.00, refunded SBD 0.00, net SBD 0.00");
        await Assertions.Expect(plot).ToHaveAttributeAsync("aria-valuenow", "5");
        await Assertions.Expect(plot).ToHaveAttributeAsync("aria-valuetext", new Regex("gross SBD 0.00"));
        await plot.PressAsync("End");
        await plot.PressAsync("Home");
        await Assertions.Expect(plot).ToHaveAttributeAsync("aria-valuenow", "0");
        await plot.Locator("g[data-text] > .hit").Last.HoverAsync();
        await Assertions.Expect(value).ToContainTextAsync("gross SBD 30.00");
        await chart.Locator("summary").ClickAsync();
        await Assertions.Expect(chart.Locator("tbody tr")).ToHaveCountAsync(7);
        await Assertions.Expect(chart.Locator("tbody tr").Last.Locator("td")).ToHaveTextAsync(["SBD 30.00", "SBD 5.00", "SBD 25.00"]);
        await Assertions.Expect(page.Locator("[data-chart=outcomes] [data-value]"))
            .ToContainTextAsync("payments: 2, Succeeded: 1, Failed: 1");
        await somebody.IsAccessibleAsync("overview");
        await page.SetViewportSizeAsync(360, 740);
        Assert.True(await page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= innerWidth"), "It scrolls sideways.");
        await page.SetViewportSizeAsync(1280, 860);

        // Tomorrow is compared with today. The form keeps the currency.
        var zone = TimeZoneInfo.FindSystemTimeZoneById(Zone);
        var tomorrow = TimeZoneInfo.ConvertTime(TimeProvider.System.GetUtcNow(), zone).AddDays(1)
            .ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        await page.Locator("input[name=from]").FillAsync(tomorrow);
        await page.Locator("input[name=to]").FillAsync(tomorrow);
        await page.GetByRole(AriaRole.Button, new() { Name = "Show" }).ClickAsync();
        await page.IsAtAsync($"**/operator/overview?range=custom&currency={Currency}&from={tomorrow}&to={tomorrow}");
        await ShowsAsync(page, "gross", "SBD 0.00", "Down by SBD 30.00 (100%)");
        await ShowsAsync(page, "success-rate", "—", "");
        await Assertions.Expect(chart.Locator("[data-text]")).ToHaveCountAsync(24);
        // The keys work after a navigation without a reload.
        await plot.PressAsync("End");
        await Assertions.Expect(plot).ToHaveAttributeAsync("aria-valuenow", "23");

        await page.GotoAsync("/operator/overview?range=custom&from=2026-11-02&to=2026-11-01");
        await Assertions.Expect(page.Locator("main [role=alert]")).ToContainTextAsync("Today is shown.");
        Assert.Empty(somebody.Complaints);
    }

    [Fact]
    public async Task A_page_that_was_requested_before_another_page_told_the_zone_is_shown_again()
    {
        var page = (await SignedInAsync()).Page;
        var browser = await page.Context.NewCDPSessionAsync(page);
        await browser.SendAsync("Emulation.setTimezoneOverride", new() { ["timezoneId"] = Zone });
        await page.Context.ClearCookiesAsync(new() { Name = "paymentflow.zone" });
        await page.RouteAsync("**/operator/overview", async route =>
        {
            var made = await route.FetchAsync();
            await page.Context.AddCookiesAsync(
                [new() { Name = "paymentflow.zone", Value = Zone, Domain = new Uri(page.Url).Host, Path = "/operator" }]);
            await route.FulfillAsync(new() { Response = made });
        }, new() { Times = 1 });

        await page.GotoAsync("/operator/overview");

        await Assertions.Expect(page.Locator("[data-zone]")).ToHaveAttributeAsync("data-zone", Zone);
    }

    [Fact]
    public async Task The_services_work_is_refreshed_without_a_reload_and_a_service_that_is_away_is_named()
    {
        // No service listens at this address.
        await using var replica = await Replica.StartAsync(App, ("services__order-service__http__0", "http://localhost:1"));
        var somebody = await SignedInAsync(web: replica.Web);
        await somebody.Page.GotoAsync("/operator/overview");
        await somebody.Page.Locator("[data-service=order-service][data-state=away]").WaitForAsync();
        await Assertions.Expect(somebody.Page.Locator("[data-service=order-service] [role=alert]")).ToContainTextAsync("OrderService");
        await Assertions.Expect(somebody.Page.Locator("[data-figure=median]")).ToContainTextAsync("OrderService is unavailable.");
        await somebody.Page.Locator("[data-service=payment-api][data-state=here]").WaitForAsync();
        await somebody.IsAccessibleAsync("overview without OrderService");

        var other = await SignedInAsync();
        var page = other.Page;
        await page.GotoAsync("/operator/overview");
        await page.Locator("[data-service=order-service][data-state=here]").WaitForAsync();
        await page.Locator("[data-service=payment-api][data-state=here]").WaitForAsync();
        foreach (var figure in new[] { "unacknowledged", "unknown", "ahead", "lag", "dead-letters", "sockets" })
            await Assertions.Expect(page.Locator($"[data-figure={figure}] strong")).ToHaveTextAsync(new Regex("^[0-9,]+$"));
        await page.EvaluateAsync("() => window.samePage = true");
        var read = page.Locator("[data-service=payment-api] local-time");
        var before = await read.GetAttributeAsync("datetime");
        await Assertions.Expect(read).Not.ToHaveAttributeAsync("datetime", before!);
        Assert.True(await page.EvaluateAsync<bool>("() => window.samePage === true"), "The page was reloaded.");
        Assert.Empty(other.Complaints);
    }

    /// <summary>Waits until a tile has this value and this change or note. Spaces in amounts do not break, and are not compared.</summary>
    static async Task ShowsAsync(IPage page, string figure, string value, string more)
    {
        var tile = page.Locator($"[data-figure={figure}]");
        await Assertions.Expect(tile.Locator("strong")).ToHaveTextAsync(value);
        await Assertions.Expect(tile).ToContainTextAsync(more);
    }
}
