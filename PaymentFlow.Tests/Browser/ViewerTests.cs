using System.Net;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Npgsql;
using PaymentFlow.Tests.Fixtures;
using PaymentFlow.Tests.Integration.Orders;
using PaymentFlow.Tests.Integration.Payments;

namespace PaymentFlow.Tests.Browser;

/// <summary>Somebody who holds the viewers' key.</summary>
[Collection(nameof(MoreConsolePages))]
public sealed class ViewerTests(PaymentFlowApp app, Chromium chromium) : OperatorTest(app, chromium)
{
    [Fact]
    public async Task A_viewer_sees_payments_and_the_audit_log_and_can_do_nothing_by_page_nor_by_API()
    {
        await using OrdersApp orders = new(App);
        var lost = await orders.LosePaymentAsync();
        var customer = await Customer.OrdersAsync(App);
        var payment = Guid.Parse((await customer.PayAsync())["paymentId"]!);
        var somebody = await SignedInAsync("Vera", key: App.ViewerKey);
        var page = somebody.Page;

        await page.GotoAsync($"/operator/orders/{customer.OrderId}");
        await Assertions.Expect(page.Locator(".console-menu form")).ToContainTextAsync("Vera · viewer");
        await Assertions.Expect(page.Locator("main")).ToContainTextAsync("$36.00");
        await IsForLookingAsync(page);
        await somebody.IsAccessibleAsync("a payment for a viewer");
        foreach (var path in (string[])["/operator/dead-letters", "/operator/attention"])
        {
            await page.GotoAsync(path);
            await IsForLookingAsync(page);
        }

        // The fields of a forged form, with the right token.
        var token = await page.Locator("[name=__RequestVerificationToken]").First.GetAttributeAsync("value");
        foreach (var (path, fields) in ((string, (string, string)[])[])
            [
                ($"/operator/orders/{customer.OrderId}/refund", [("paymentId", $"{payment}"), ("key", $"{Guid.CreateVersion7()}")]),
                ($"/operator/orders/{customer.OrderId}/cancel", []),
                ($"/operator/dead-letters/{lost.EventId}/replay", []),
                ("/operator/dead-letters/replay", [("reason", $"{lost.OrderId}")]),
                ($"/operator/webhooks/{Guid.CreateVersion7()}/redeliver", []),
            ])
        {
            var form = page.APIRequest.CreateFormData();
            foreach (var (name, value) in fields.Append(("sure", "true")).Append(("__RequestVerificationToken", token!)))
                form.Append(name, value);
            var refused = await page.APIRequest.PostAsync(path, new() { Form = form, MaxRedirects = 0 });
            Assert.Equal((path, 403), (path, refused.Status));
            Assert.Contains("You can look here, but not act.", await refused.TextAsync(), StringComparison.Ordinal);
        }
        using HttpRequestMessage refund = new(HttpMethod.Post, new Uri(App.PaymentApi, $"/payments/{payment}/refunds"))
        {
            Content = JsonContent.Create(new { amount = 100 }),
        };
        refund.Headers.Add("X-Operator-Key", App.ViewerKey);
        refund.Headers.Add("Idempotency-Key", $"{Guid.CreateVersion7()}");
        using (var refused = await orders.Http.SendAsync(refund, Token)) Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        Assert.Equal(("succeeded", "0"), (await customer.GetPaymentAsync(payment, customer.Secret)) is var left
            ? (left["status"], left.Body!["amountRefunded"]!.ToString()) : default);
        Assert.Equal(1L, await orders.QueryAsync<long>(
            "SELECT count(*) FROM dead_letters WHERE event_id = $1 AND replayed_at IS NULL", lost.EventId));
        Assert.Equal(0L, await orders.QueryAsync<long>("SELECT count(*) FROM operator_actions WHERE actor = 'Vera' AND target = ANY($1)",
            (object)new[] { $"{lost.EventId}", $"{customer.OrderId}", $"{lost.OrderId}", "dead-letters" }));
        Assert.Equal("viewer", await orders.QueryAsync<string>(
            "SELECT details ->> 'role' FROM operator_actions WHERE actor = 'Vera' AND action = 'console.sign_in' LIMIT 1"));
        Assert.Empty(somebody.Complaints);
    }

    [Fact]
    public async Task The_audit_log_merges_both_services_and_shows_filters_pages_and_exports_a_refund()
    {
        var customer = await Customer.OrdersAsync(App);
        var payment = Guid.Parse((await customer.PayAsync())["paymentId"]!);
        // The name begins like a formula.
        var anna = $"=Anna {Guid.CreateVersion7()}";
        Assert.Equal(HttpStatusCode.OK, (await new BackOffice(App.App, anna).RefundAsync(payment, 100)).Status);
        const int Older = 30;
        foreach (var (database, action, seconds) in ((string, string, int)[])
            [(App.OrdersDb, "order.export", 0), (App.PaymentsDb, "payment.export", 1)])
        {
            await using var source = NpgsqlDataSource.Create(database);
            await using var insert = source.CreateCommand($"""
                INSERT INTO operator_actions (id, actor, action, target, address, at)
                SELECT gen_random_uuid(), $1, '{action}', gen_random_uuid()::text, '192.0.2.7',
                    now() - make_interval(hours => 1, secs => 2 * i + {seconds})
                FROM generate_series(1, {Older}) AS i
                """);
            insert.Parameters.Add(new() { Value = anna });
            await insert.ExecuteNonQueryAsync(Token);
        }
        var somebody = await SignedInAsync("Vera", key: App.ViewerKey);
        var page = somebody.Page;
        await page.GetByRole(AriaRole.Link, new() { Name = "Audit log" }).ClickAsync();
        await page.Locator("[name=who]").FillAsync(anna.ToLowerInvariant());
        await page.GetByRole(AriaRole.Button, new() { Name = "Filter" }).ClickAsync();
        await page.IsAtAsync("**/operator/audit?who=**");

        // The refund is the newest. The actions of both services alternate.
        var rows = page.Locator("tr[data-action]");
        await Assertions.Expect(rows).ToHaveCountAsync(50);
        await Assertions.Expect(rows.First).ToContainTextAsync("Refunded a payment");
        await Assertions.Expect(rows.First).ToContainTextAsync("amount in minor units: 100");
        await Assertions.Expect(rows.First).ToContainTextAsync("127.0.0.1");
        Assert.Equal(["PaymentApi", "OrderService", "PaymentApi", "OrderService"],
            (await rows.EvaluateAllAsync<string[]>("rows => rows.map(row => row.dataset.service)"))[..4]);
        await somebody.IsAccessibleAsync("audit log");
        await page.GetByText("Older actions").ClickAsync();
        await Assertions.Expect(rows).ToHaveCountAsync((2 * Older) + 1 - 50);
        await Assertions.Expect(page.GetByText("Older actions")).ToHaveCountAsync(0);

        // The order's id finds the refund of its payment, and the payment's id leads to the order.
        await page.Locator("[name=target]").FillAsync($"{customer.OrderId}");
        await page.Locator("[name=what]").SelectOptionAsync("payment.refund");
        await page.GetByRole(AriaRole.Button, new() { Name = "Filter" }).ClickAsync();
        await Assertions.Expect(rows).ToHaveCountAsync(1);
        var download = await page.RunAndWaitForDownloadAsync(() => page.GetByText("Export as CSV").ClickAsync());
        var lines = (await File.ReadAllTextAsync(await download.PathAsync(), Token)).TrimStart('\uFEFF').Split("\r\n");
        Assert.Equal("at,service,actor,address,action,target,details", lines[0]);
        Assert.Contains(
            $"Z,PaymentApi,'{anna},127.0.0.1,payment.refund,{payment},\"{{\"\"amount\"\":100,", lines[1], StringComparison.Ordinal);
        Assert.Equal((3, ""), (lines.Length, lines[^1]));
        await page.SetViewportSizeAsync(360, 800);
        Assert.True(await page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= 360"), "The page scrolls sideways.");
        await page.GetByText($"{payment}").ClickAsync();
        await page.IsAtAsync($"**/operator/orders/{customer.OrderId}");
        Assert.Empty(somebody.Complaints);
    }

    /// <summary>The only forms on the page are those of every page, and a line says why.</summary>
    static async Task IsForLookingAsync(IPage page)
    {
        await Assertions.Expect(page.Locator(".view-only")).ToHaveTextAsync(new Regex("^You can look, but not act."));
        await Assertions.Expect(page.Locator("main form[method=post]:not([action='/operator/sign-out'])")).ToHaveCountAsync(0);
    }
}
