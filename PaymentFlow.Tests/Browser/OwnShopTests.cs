using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using PaymentFlow.Tests.Fixtures;

namespace PaymentFlow.Tests.Browser;

/// <summary>The sample of docs/integrate.md. It is a team's own shop in its own process and uses only the public contract.</summary>
[Collection(nameof(PagesOfOtherApps))]
public sealed partial class OwnShopTests(PaymentFlowApp app, Chromium chromium) : BrowserTest(app, chromium)
{
    [Fact]
    public async Task Customers_of_another_shop_pay_at_our_checkout_or_on_its_page_and_it_ships_paid_orders()
    {
        using var shop = Start(
            "dotnet", Path.Combine("samples", "Shop", "bin", Configuration, "net10.0", "Shop.dll"), "--Urls", App.ShopOrigin,
            "--PaymentFlow:Orders", Origin(App.OrderService), "--PaymentFlow:Payments", Origin(App.PaymentApi),
            "--PaymentFlow:Web", Origin(App.Web),
            "--PaymentFlow:MerchantKey", App.MerchantKey, "--PaymentFlow:EventKeys", App.OrdersEventKey,
            "--ConnectionStrings:kafka", App.KafkaBootstrap);
        using var fulfilment = await StartFulfilmentAsync();
        try
        {
            await Eventually.TrueAsync(IsOpenAsync);
            var shopper = await ShopperAsync();

            var atCheckout = await BuyAsync(shopper.Page);
            await shopper.Page.Locator("#checkout").ClickAsync();
            await shopper.IsLiveAsync();
            await shopper.PayAsync();
            await shopper.SeesAsync("paid");
            await IsShippedAsync(atCheckout);

            var onItsOwnPage = await BuyAsync(shopper.Page);
            await shopper.Page.Locator("#here").ClickAsync();
            await Assertions.Expect(shopper.Page.Locator("#status")).ToHaveTextAsync("Your order is paid");
            await IsShippedAsync(onItsOwnPage);

            // The consumer in Node.js reads the same topic.
            HashSet<string> waiting = [atCheckout, onItsOwnPage];
            while (waiting.Count > 0)
            {
                var line = await fulfilment.StandardOutput.ReadLineAsync(Token);
                Assert.True(line is not null, "The consumer in Node.js has ended.");
                waiting.Remove(line.Replace("ship ", "", StringComparison.Ordinal));
            }
            Assert.Empty(shopper.Complaints);
        }
        finally
        {
            foreach (var process in new[] { shop, fulfilment })
                if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }

    async Task<string> BuyAsync(IPage page)
    {
        await page.GotoAsync(App.ShopOrigin);
        await page.GetByText("Buy").ClickAsync();
        return Reference().Match((await page.Locator("h1").TextContentAsync())!).Value;
    }

    async Task IsShippedAsync(string reference)
    {
        using HttpClient http = new();
        await Eventually.TrueAsync(async () =>
            (await http.GetFromJsonAsync<JsonNode>($"{App.ShopOrigin}/sales/{reference}", Token))!["shipped"]!.GetValue<bool>());
    }

    async Task<bool> IsOpenAsync()
    {
        using HttpClient http = new();
        try
        {
            using var response = await http.GetAsync(App.ShopOrigin, Token);
            return response.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    async Task<Process> StartFulfilmentAsync()
    {
        var folder = Path.Combine("samples", "fulfilment");
        if (!Directory.Exists(Path.Combine(Repository.Folder, folder, "node_modules", "kafkajs")))
        {
            using var npm = Start("npm", "install", "--prefix", folder, "--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error");
            var failure = await npm.StandardError.ReadToEndAsync(Token);
            await npm.WaitForExitAsync(Token);
            Assert.True(npm.ExitCode == 0, $"npm install kafkajs failed; it needs a reachable npm registry: {failure}");
        }
        return Start("node", Path.Combine(folder, "fulfil.mjs"), App.KafkaBootstrap, App.OrdersEventKey);
    }

    static Process Start(string program, params string[] arguments) => Process.Start(new ProcessStartInfo(program, arguments)
    {
        WorkingDirectory = Repository.Folder,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;

    static string Configuration => new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;

    static string Origin(Uri address) => address.GetLeftPart(UriPartial.Authority);

    [GeneratedRegex("shop-[0-9a-f-]{36}")]
    private static partial Regex Reference();
}
