using Microsoft.Playwright;
using PaymentFlow.Tests.Fixtures;
using PaymentFlow.Tests.Integration.Orders;
using PaymentFlow.Tests.Integration.Payments;
using PaymentFlow.Tests.Integration.Webhooks;

namespace PaymentFlow.Tests.Browser;

/// <summary>
/// Every screen of the console in both languages and both themes: accessible, and no wider than a phone. Languages differ only in texts, so
/// axe checks the English screens. With UPDATE_SCREENSHOTS=1 the pictures in docs/images/console are made anew, and pictures of all screens
/// are in TestResults/console.
/// </summary>
[Collection(nameof(MoreConsolePages))]
public sealed class ConsoleScreenshotsTests(PaymentFlowApp app, Chromium chromium) : OperatorTest(app, chromium)
{
    /// <summary>A screen of the console.</summary>
    /// <param name="Name">Of its pictures.</param>
    /// <param name="Path">With <c>{order}</c> for the order that the test makes, and <c>{open}</c> for one that is not paid.</param>
    /// <param name="Ready">What the page has when it can be looked at.</param>
    /// <param name="Pictures">Which of its pictures the docs show.</param>
    sealed record Screen(string Name, string Path, string Ready, params string[] Pictures);

    const string English = "en";
    const string RussianDark = "ru-dark";

    static readonly string ForDocs = Path.Combine(Repository.Folder, "docs", "images", "console");
    static readonly string ToLookAt = Path.Combine(Repository.Folder, "TestResults", "console");

    static readonly Screen[] Screens =
    [
        new("payments", "/operator", "[data-live=true] tr[data-payment]", English, RussianDark),
        new("overview", "/operator/overview", "[data-service=order-service][data-state=here]", English, RussianDark),
        new("attention", "/operator/attention", "tr[data-item]", English, RussianDark),
        new("audit", "/operator/audit", "tr[data-action]", English, RussianDark),
        new("payment", "/operator/orders/{order}", "tr[data-kind='order.partially_refunded']", English, RussianDark),
        new("unpaid", "/operator/orders/{open}", "tr[data-kind='order.created']"),
        new("refund", "/operator/orders/{order}/confirm?act=refund&amount=12.50&reason=requested_by_customer", ".effect", English),
        new("dead-letters", "/operator/dead-letters", "tr[data-letter]", English),
        new("webhooks", "/operator/webhooks", "tr[data-endpoint]", RussianDark),
        new("sign-in", "/operator/sign-in", "#key"),
        new("denied", "/operator/denied", "h1"),
    ];

    [Fact]
    public async Task Every_screen_is_accessible_and_fits_on_a_phone_in_both_languages_and_both_themes()
    {
        await using OrdersApp orders = new(App);
        await using var shop = await ShopEndpoint.StartAsync(ShopEndpoint.AnswerWith(500));
        await using var endpoint = await MerchantEndpoint.CreateAsync(orders, shop.Url, "order.canceled");
        await endpoint.TestAsync();
        await orders.LosePaymentAsync();
        var open = await Customer.OrdersAsync(App);
        var paid = await RefundedAsync(orders);
        var session = await (await SignedInAsync()).Page.Context.StorageStateAsync();

        await LookAsync("en-US");
        await LookAsync("ru-RU");

        async Task LookAsync(string locale)
        {
            var somebody = await ShopperAsync(locale, session: session);
            var page = somebody.Page;
            foreach (var screen in Screens)
            {
                await page.SetViewportSizeAsync(1280, 860);
                await page.GotoAsync(screen.Path
                    .Replace("{order}", $"{paid.OrderId}", StringComparison.Ordinal)
                    .Replace("{open}", $"{open.OrderId}", StringComparison.Ordinal));
                await page.Locator(screen.Ready).First.WaitForAsync();
                if (locale == "en-US") await somebody.IsAccessibleAsync(screen.Name);
                await PicturesAsync(page, screen, locale[..2]);
                foreach (var width in new[] { 768, 360 })
                {
                    await page.SetViewportSizeAsync(width, 740);
                    Assert.True(
                        await page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= innerWidth"),
                        $"{screen.Name} in {locale} scrolls sideways at {width} px.");
                }
                await PictureAsync(page, ToLookAt, $"{screen.Name}-{locale[..2]}-phone.png");
            }
            // The page of an operator without access answers 403.
            Assert.DoesNotContain(somebody.Complaints, complaint => !complaint.Contains("403", StringComparison.Ordinal));
        }
    }

    /// <summary>A payment with a decline, a screen, a refund and a note.</summary>
    async Task<Customer> RefundedAsync(OrdersApp orders)
    {
        var customer = await Customer.OrdersAsync(App);
        using var live = await customer.WatchAsync();
        await customer.PayAsync("pm_card_visa_chargeDeclinedInsufficientFunds");
        await live.UntilAsync("payment_failed");
        var paid = await customer.PayAsync();
        await live.UntilAsync("paid");
        await new BackOffice(App.App, "Anna").RefundAsync(Guid.Parse(paid["paymentId"]!), 500, reason: "requested_by_customer");
        await live.UntilAsync("partially_refunded");
        await orders.SendAsync(
            HttpMethod.Post, $"/orders/{customer.OrderId}/notes", new { text = "One of the two mugs arrived broken." },
            ("X-Operator-Key", App.OperatorKey), ("X-Operator-Name", "Anna"));
        return customer;
    }

    static async Task PicturesAsync(IPage page, Screen screen, string language)
    {
        foreach (var theme in new[] { ColorScheme.Dark, ColorScheme.Light })
        {
            await page.EmulateMediaAsync(new() { ColorScheme = theme });
            var name = theme == ColorScheme.Dark ? $"{language}-dark" : language;
            await PictureAsync(page, ToLookAt, $"{screen.Name}-{name}.png");
            if (screen.Pictures.Contains(name)) await PictureAsync(page, ForDocs, $"{screen.Name}-{name}.png");
        }
    }

    static async Task PictureAsync(IPage page, string folder, string name)
    {
        if (Environment.GetEnvironmentVariable("UPDATE_SCREENSHOTS") != "1") return;
        var height = await page.EvaluateAsync<float>("() => document.documentElement.scrollHeight");
        await page.ScreenshotAsync(new()
        {
            Path = Path.Combine(folder, name),
            FullPage = true,
            // The beginning of a long page is enough.
            Clip = new() { X = 0, Y = 0, Width = page.ViewportSize!.Width, Height = Math.Min(1300, height) },
            Animations = ScreenshotAnimations.Disabled,
        });
    }
}
