using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using PaymentFlow.Tests.Fixtures;

namespace PaymentFlow.Tests.Browser;

/// <summary>The sample of docs/integrate.md. It is a team's own shop in its own process and uses only the public contract.</summary>
[Collection(nameof(PagesOfOtherApps))]
public sealed partial class OwnShopTests(PaymentFlowApp app, Chromium chromium) : BrowserTest(app, chromium)
{
    static readonly HttpClient Http = new();

    [Fact]
    public async Task A_shop_without_Kafka_sends_customers_to_our_checkout_gets_them_back_and_ships_after_a_verified_webhook()
    {
        await using var shop = await OwnShop.OpenAsync(App);
        await Eventually.TrueAsync(() => File.Exists(shop.EndpointFile));
        var endpoint = JsonNode.Parse(await File.ReadAllTextAsync(shop.EndpointFile, Token))!;
        try
        {
            var shopper = await ShopperAsync();
            await shopper.Page.GotoAsync(App.ShopOrigin);
            await shopper.Page.Locator("#buy").ClickAsync();
            await shopper.IsLiveAsync();
            var order = shopper.OrderId;
            Assert.StartsWith(App.Web.AbsoluteUri, shopper.Page.Url, StringComparison.Ordinal);
            await shopper.PayAsync();

            await shopper.Page.Locator($"a[href^='{App.ShopOrigin}/thanks/']").ClickAsync();
            await shopper.Page.WaitForURLAsync($"{App.ShopOrigin}/thanks/**");
            await Assertions.Expect(shopper.Page.Locator("#status")).ToHaveTextAsync("Shipped");
            var reference = await ReferenceAsync(shopper.Page);
            Assert.Empty(shopper.Complaints);

            // What the shop has got came from us, and nobody else can say the same.
            Assert.Equal("delivered", (await DeliveryAsync(endpoint, order))["state"]!.GetValue<string>());
            await ForgedWebhooksShipNothingAsync(endpoint["secret"]!.GetValue<string>());
            await AnEventThatComesAgainShipsNothingAsync(endpoint, order);
            Assert.Equal(1, shop.ShipmentsOf(reference));
        }
        finally
        {
            // Other tests' orders shall not be sent to a shop that has closed.
            using var deleted = await SendAsync(HttpMethod.Delete, $"/webhook-endpoints/{endpoint["id"]}");
        }
    }

    [Fact]
    public async Task A_shop_with_Kafka_takes_payments_on_its_own_page_and_ships_what_the_topic_says()
    {
        await using var shop = await OwnShop.OpenAsync(
            App, "--Fulfilment", "kafka", "--PaymentFlow:EventKeys", App.OrdersEventKey, "--ConnectionStrings:kafka", App.KafkaBootstrap);
        using var fulfilment = await StartFulfilmentAsync();
        try
        {
            var shopper = await ShopperAsync();
            await shopper.Page.GotoAsync(App.ShopOrigin);
            await shopper.Page.Locator("#buy-here").ClickAsync();
            var reference = await ReferenceAsync(shopper.Page);
            await shopper.Page.Locator("#here").ClickAsync();
            await Assertions.Expect(shopper.Page.Locator("#status")).ToHaveTextAsync("Your order is paid");
            await shop.IsShippedAsync(reference);

            // The consumer in Node.js reads the same topic.
            string? line;
            do
            {
                line = await fulfilment.StandardOutput.ReadLineAsync(Token);
                Assert.True(line is not null, "The consumer in Node.js has ended.");
            }
            while (line != $"ship {reference}");
            Assert.Empty(shopper.Complaints);
        }
        finally
        {
            if (!fulfilment.HasExited) fulfilment.Kill(entireProcessTree: true);
        }
    }

    /// <summary>A sale that is not paid, and webhooks that are not ours: signed with another secret, altered, or old.</summary>
    async Task ForgedWebhooksShipNothingAsync(string secret)
    {
        var reference = await UnpaidAsync();
        var body = $$"""{"type":"order.paid","timestamp":"2026-03-01T12:00:00Z","data":{"reference":"{{reference}}"} }""";
        var other = $"whsec_{Convert.ToBase64String(new byte[32])}";
        var now = TimeProvider.System.GetUtcNow();

        Assert.Equal(HttpStatusCode.Unauthorized, await PostAsync(body, Sign(other, now, body), now));
        Assert.Equal(HttpStatusCode.Unauthorized, await PostAsync(body, Sign(secret, now, body.Replace("shop-", "SHOP-")), now));
        Assert.Equal(HttpStatusCode.Unauthorized, await PostAsync(body, "", now));
        var old = now - TimeSpan.FromMinutes(6);
        Assert.Equal(HttpStatusCode.Unauthorized, await PostAsync(body, Sign(secret, old, body), old));
        // And the query of the page after the checkout is nothing but a claim.
        var page = await Http.GetStringAsync($"{App.ShopOrigin}/thanks/{reference}?reference={reference}&status=paid", Token);
        Assert.Contains("Not shipped yet", page, StringComparison.Ordinal);

        Assert.False(await ShippedAsync());
        Assert.Equal(HttpStatusCode.NoContent, await PostAsync(body, Sign(secret, now, body), now));
        Assert.True(await ShippedAsync());

        async Task<bool> ShippedAsync() =>
            (await Http.GetFromJsonAsync<JsonNode>($"{App.ShopOrigin}/sales/{reference}", Token))!["shipped"]!.GetValue<bool>();
    }

    async Task AnEventThatComesAgainShipsNothingAsync(JsonNode endpoint, Guid order)
    {
        using var again = await SendAsync(HttpMethod.Post, $"/webhook-deliveries/{(await DeliveryAsync(endpoint, order))["id"]}/redeliver");
        Assert.Equal(HttpStatusCode.Accepted, again.StatusCode);
        await Eventually.TrueAsync(async () => await DeliveryAsync(endpoint, order) is { } delivery
            && delivery["state"]!.GetValue<string>() == "delivered" && delivery["tries"]!.GetValue<int>() == 2);
    }

    /// <summary>The delivery to this endpoint. Other tests' endpoints get the event, too.</summary>
    async Task<JsonNode> DeliveryAsync(JsonNode endpoint, Guid order)
    {
        using var response = await SendAsync(HttpMethod.Get, $"/webhook-deliveries?endpoint={endpoint["id"]}&order={order}");
        var page = (await response.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonNode>(Token))!;
        return Assert.Single(page["deliveries"]!.AsArray())!;
    }

    async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path)
    {
        using HttpRequestMessage request = new(method, new Uri(App.OrderService, path));
        request.Headers.Add("X-Api-Key", App.MerchantKey);
        return await Http.SendAsync(request, CancellationToken.None);
    }

    /// <summary>A sale whose customer has not paid.</summary>
    async Task<string> UnpaidAsync()
    {
        using var page = await Http.PostAsync($"{App.ShopOrigin}/buy-here", null, Token);
        return Reference().Match(await page.Content.ReadAsStringAsync(Token)).Value;
    }

    async Task<HttpStatusCode> PostAsync(string body, string signature, DateTimeOffset at)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, $"{App.ShopOrigin}/paymentflow-events")
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        request.Headers.Add("webhook-id", "forged");
        request.Headers.Add("webhook-timestamp", Seconds(at));
        request.Headers.Add("webhook-signature", signature);
        using var response = await Http.SendAsync(request, Token);
        return response.StatusCode;
    }

    static string Sign(string secret, DateTimeOffset at, string body) => $"v1,{Convert.ToBase64String(HMACSHA256.HashData(
        Convert.FromBase64String(secret["whsec_".Length..]), Encoding.UTF8.GetBytes($"forged.{Seconds(at)}.{body}")))}";

    static string Seconds(DateTimeOffset at) => at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);

    static async Task<string> ReferenceAsync(IPage page)
    {
        var heading = page.Locator("h1");
        await Assertions.Expect(heading).ToContainTextAsync(Reference());
        return Reference().Match((await heading.TextContentAsync())!).Value;
    }

    async Task<System.Diagnostics.Process> StartFulfilmentAsync()
    {
        var folder = Path.Combine("samples", "fulfilment");
        if (!Directory.Exists(Path.Combine(Repository.Folder, folder, "node_modules", "kafkajs")))
        {
            using var npm = OwnShop.Start(
                "npm", "install", "--prefix", folder, "--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error");
            var failure = await npm.StandardError.ReadToEndAsync(Token);
            await npm.WaitForExitAsync(Token);
            Assert.True(npm.ExitCode == 0, $"npm install kafkajs failed; it needs a reachable npm registry: {failure}");
        }
        return OwnShop.Start("node", Path.Combine(folder, "fulfil.mjs"), App.KafkaBootstrap, App.OrdersEventKey);
    }

    [GeneratedRegex("shop-[0-9a-f-]{36}")]
    private static partial Regex Reference();
}
