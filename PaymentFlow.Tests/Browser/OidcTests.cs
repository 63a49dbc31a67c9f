using System.Diagnostics;
using Microsoft.Playwright;
using PaymentFlow.Testing.Hosting;
using PaymentFlow.Tests.Fixtures;
using PaymentFlow.Tests.Integration.Payments;

namespace PaymentFlow.Tests.Browser;

/// <summary>An OpenID Connect provider and a Web that uses it.</summary>
public sealed class WebWithProvider(PaymentFlowApp app) : IAsyncLifetime
{
    OidcProvider _provider = null!;
    Replica _replica = null!;

    public Uri Web => _replica.Web;

    public async ValueTask InitializeAsync()
    {
        _provider = await OidcProvider.StartAsync();
        _replica = await Replica.StartAsync(app, _provider.Settings);
    }

    public async ValueTask DisposeAsync()
    {
        await _replica.DisposeAsync();
        await _provider.DisposeAsync();
    }
}

/// <summary>Operators sign in at their team's provider.</summary>
[Collection(nameof(PagesOfOtherApps))]
public sealed class OidcTests(PaymentFlowApp app, Chromium chromium, WebWithProvider signIn)
    : OperatorTest(app, chromium), IClassFixture<WebWithProvider>
{
    [Fact]
    public async Task An_operator_signs_in_at_the_provider_and_is_recorded_by_their_name_there()
    {
        var customer = await Customer.OrdersAsync(App);
        var somebody = await ShopperAsync(web: signIn.Web);
        var page = somebody.Page;
        await page.GotoAsync($"/operator/orders/{customer.OrderId}");
        await page.IsAtAsync("**/operator/sign-in?ReturnUrl=**");
        await somebody.IsAccessibleAsync("sign-in with a provider");
        await page.GetByText("Sign in with the team's accounts").ClickAsync();
        await page.GetByText("Anna").ClickAsync();

        // The operator returns from the provider's site to the requested page.
        await page.IsAtAsync($"**/operator/orders/{customer.OrderId}");
        await Assertions.Expect(page.Locator(".console-menu form")).ToContainTextAsync("Anna Jensen, anna@example.com");
        await page.GetByRole(AriaRole.Button, new() { Name = "Cancel the order…" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Cancel the order", Exact = true }).ClickAsync();
        await Assertions.Expect(page.Locator("main [role=status]")).ToContainTextAsync("The order is canceled.");
        await KindsWithAsync(page, "order.canceled");
        await Assertions.Expect(page.Locator("tr[data-kind=operator]").First).ToContainTextAsync("by Anna Jensen, anna@example.com");

        await page.GetByText("Sign out").ClickAsync();
        await page.IsAtAsync("**/operator/sign-in");
        await page.GotoAsync("/operator");
        await page.IsAtAsync("**/operator/sign-in?ReturnUrl=**");
        Assert.Empty(somebody.Complaints);
    }

    [Fact]
    public async Task A_user_without_the_claim_is_refused_and_a_user_who_cancels_returns_to_the_form()
    {
        var somebody = await ShopperAsync(web: signIn.Web);
        var page = somebody.Page;
        await page.GotoAsync("/operator/sign-in");
        await page.GetByText("Sign in with the team's accounts").ClickAsync();
        var denied = await page.RunAndWaitForResponseAsync(
            () => page.GetByText("Bert").ClickAsync(), response => new Uri(response.Url).AbsolutePath == "/operator/denied");
        Assert.Equal(403, denied.Status);
        await Assertions.Expect(somebody.Heading).ToHaveTextAsync("You are not an operator here");
        await somebody.IsAccessibleAsync("denied");
        await page.GotoAsync("/operator");
        await page.IsAtAsync("**/operator/sign-in?ReturnUrl=**");

        await page.GetByText("Sign in with the team's accounts").ClickAsync();
        await page.GetByText("Never mind").ClickAsync();
        await page.IsAtAsync("**/operator/sign-in?problem=**");
        await Assertions.Expect(page.Locator("[role=alert]")).ToContainTextAsync("Signing in with the provider failed.");

        // The operator key still works.
        await page.Locator("#key").FillAsync(App.OperatorKey);
        await page.GetByText("Sign in", new() { Exact = true }).ClickAsync();
        await page.IsAtAsync("**/operator");
    }

    [Fact]
    public async Task A_user_with_the_viewers_claim_looks_and_does_not_act()
    {
        var customer = await Customer.OrdersAsync(App);
        var page = (await ShopperAsync(web: signIn.Web)).Page;
        await page.GotoAsync($"/operator/orders/{customer.OrderId}");
        await page.GetByText("Sign in with the team's accounts").ClickAsync();
        await page.GetByText("Clara").ClickAsync();

        await page.IsAtAsync($"**/operator/orders/{customer.OrderId}");
        await Assertions.Expect(page.Locator(".console-menu form")).ToContainTextAsync("Clara, clara@example.com · viewer");
        await Assertions.Expect(page.Locator("tr[data-kind='order.created']")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator(".view-only")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("main form:not([action='/operator/sign-out'])")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task The_sign_in_page_says_that_the_provider_is_away()
    {
        var provider = await OidcProvider.StartAsync();
        var settings = provider.Settings;
        await provider.DisposeAsync();
        await using var replica = await Replica.StartAsync(App, settings);
        var somebody = await ShopperAsync(web: replica.Web);
        await somebody.Page.GotoAsync("/operator/sign-in");
        await somebody.Page.GetByText("Sign in with the team's accounts").ClickAsync();
        await Assertions.Expect(somebody.Page.Locator("[role=alert]")).ToContainTextAsync("The provider does not answer.");
    }

    [Fact]
    public async Task An_incomplete_configuration_stops_Web_with_one_line_that_names_the_missing_settings()
    {
        ProcessStartInfo start = new("dotnet", [Path.Combine(AppContext.BaseDirectory, "PaymentFlow.Web.dll")])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        start.Environment["ConnectionStrings__kafka"] = "localhost:1";
        start.Environment["Operator__Key"] = "a-key-of-24-characters-1";
        start.Environment["Services__Key"] = "a-key-of-24-characters-2";
        start.Environment["Events__Keys__orders__0"] = "a-key-of-24-characters-3";
        start.Environment["Operator__Oidc__Authority"] = "https://accounts.example";
        start.Environment["Operator__Oidc__ClientId"] = "console";
        using var web = Process.Start(start)!;
        var output = web.StandardOutput.ReadToEndAsync(Token);
        var line = Assert.Single((await web.StandardError.ReadToEndAsync(Token)).Split('\n', StringSplitOptions.RemoveEmptyEntries));
        await web.WaitForExitAsync(Token);

        Assert.Equal(1, web.ExitCode);
        Assert.Contains("Operator:Oidc:ClientSecret, Operator:Oidc:RequiredClaim, Operator:Oidc:RequiredValue is missing", line);
        Assert.Empty(await output);
    }
}
