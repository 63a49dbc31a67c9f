using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Playwright;
using Npgsql;
using PaymentFlow.Tests.Hosting;
using PaymentFlow.Tests.Chaos.Driver;
using PaymentFlow.Tests.Fixtures;

namespace PaymentFlow.Tests.Chaos;

/// <summary>Kafka acknowledges events and then loses everything that it holds, at the two worst moments.</summary>
[Collection(nameof(ChaosTests))]
public sealed class WipedBrokerTests(SharedChaosWorld shared, Browser.Chromium chromium, ITestOutputHelper output)
    : IClassFixture<Browser.Chromium>
{
    const string Paid = "[data-screen=paid], [data-screen=already-paid]";
    const string PaidOrders = "SELECT count(*) FROM orders WHERE status = 'paid' AND id = ANY($1)";

    readonly ChaosWorld _world = shared.World;

    [Fact]
    public async Task Wiped_between_the_publishing_and_the_consumption_of_200_payments_all_orders_become_paid()
    {
        var customers = await CustomersAsync(200);
        var paying = await BeginToPayAsync(customers);
        // From here on nobody consumes: what is paid now is published and not applied.
        using var deaf = Pause("order-service", ChaosWorld.Replica);
        await _world.SandboxAsync(HttpMethod.Delete, "/_sandbox/faults");
        Assert.All(await Task.WhenAll(paying), status => Assert.Equal("succeeded", status));
        await CountAsync(200, _world.PaymentsDb,
            "SELECT count(*) FROM outbox WHERE type = 'payment.succeeded' AND published_at IS NOT NULL AND key::uuid = ANY($1)", customers);

        _world.Kafka.Wipe();
        Assert.Equal(0, await CountAsync(_world.OrdersDb, PaidOrders, customers));
        deaf.Dispose();

        await CountAsync(200, _world.OrdersDb, PaidOrders, customers);
    }

    [Fact]
    public async Task Wiped_between_OrderService_and_the_screens_all_open_sockets_and_pages_show_paid()
    {
        var customers = await CustomersAsync(40);
        // All of them on the replica that will not be the one to hear of the payments.
        var screens = customers.Select(customer => new LiveSocket([_world.OrderServices[1]], customer.Id, customer.Secret, new Random(1))).ToList();
        try
        {
            foreach (var screen in screens) screen.Open();
            await Eventually.TrueAsync(() => screens.All(screen => screen.IsLive));
            await using var profile = await chromium.Browser.NewContextAsync(new() { Locale = "en-US" });
            var pages = await OpenAsync(profile, customers.Take(3));
            var paying = await BeginToPayAsync(customers);
            using var deaf = Pause(ChaosWorld.Replica, "web");
            await _world.SandboxAsync(HttpMethod.Delete, "/_sandbox/faults");
            Assert.All(await Task.WhenAll(paying), status => Assert.Equal("succeeded", status));
            await CountAsync(40, _world.OrdersDb, PaidOrders, customers);
            await CountAsync(0, _world.OrdersDb, "SELECT count(*) FROM outbox WHERE published_at IS NULL AND key::uuid = ANY($1)", customers);

            _world.Kafka.Wipe();
            Assert.All(screens, screen => Assert.Equal("awaiting_payment", screen.Last!.Value.Status));
            foreach (var page in pages) Assert.Equal(0, await page.Locator(Paid).CountAsync());
            var wiped = TimeProvider.System.GetTimestamp();
            deaf.Dispose();

            await Eventually.TrueAsync(() => screens.All(screen => screen.Last!.Value.Status == "paid"));
            foreach (var page in pages) await page.Locator(Paid).WaitForAsync(new() { Timeout = 60_000 });
            output.WriteLine($"All {screens.Count} sockets and {pages.Count} pages showed it {TimeProvider.System.GetElapsedTime(wiped).TotalSeconds:0.0} s after their servers went on.");
        }
        finally
        {
            foreach (var screen in screens) await screen.DisposeAsync();
        }
    }

    /// <summary>The services stand still until the answer is disposed, also when the test fails: the world is not this test's alone.</summary>
    Paused Pause(params string[] services)
    {
        foreach (var service in services) _world.Signal(service, ProcessSignal.Stop);
        return new Paused(_world, services);
    }

    sealed class Paused(ChaosWorld world, string[] services) : IDisposable
    {
        // Twice does no harm: what runs is told to go on.
        public void Dispose()
        {
            foreach (var service in services) world.Signal(service, ProcessSignal.Continue);
        }
    }

    async Task<IReadOnlyList<IPage>> OpenAsync(IBrowserContext profile, IEnumerable<(Guid Id, string Secret)> customers)
    {
        List<IPage> pages = [];
        foreach (var (id, secret) in customers)
        {
            var shopper = new Browser.Shopper(await profile.NewPageAsync());
            await shopper.OpenAsync(_world.Web, id, secret);
            pages.Add(shopper.Page);
        }
        return pages;
    }

    async Task<IReadOnlyList<(Guid Id, string Secret)>> CustomersAsync(int count)
    {
        List<(Guid, string)> customers = [];
        for (var i = 0; i < count; i++)
        {
            var order = await SendAsync(ChaosWorld.Request(
                HttpMethod.Post, _world.OrderServices[0], "/orders", new { items = new[] { new { productId = "mug", quantity = 1 } } }));
            customers.Add((order["id"]!.GetValue<Guid>(), order["clientSecret"]!.GetValue<string>()));
        }
        return customers;
    }

    /// <summary>All payments are under way, and wait for Stripe until its faults are ended.</summary>
    async Task<IReadOnlyList<Task<string>>> BeginToPayAsync(IReadOnlyList<(Guid Id, string Secret)> customers)
    {
        // A PaymentIntent each, so that one call to Stripe is left.
        // A few at a time, so that none is given up as abandoned before the last is prepared.
        await Parallel.ForEachAsync(customers, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (customer, _) =>
            await SendAsync(ChaosWorld.Request(HttpMethod.Post, _world.PaymentApi, "/payments", new { orderId = customer.Id }, customer.Secret)));
        await _world.SandboxAsync(HttpMethod.Post, "/_sandbox/faults", new { call = "confirm", fault = "slow", count = customers.Count, seconds = 15 });
        var paying = customers.Select(async customer => (await SendAsync(ChaosWorld.Request(
            HttpMethod.Post, _world.PaymentApi, "/process-payment", new { orderId = customer.Id, paymentMethod = "pm_card_visa" }, customer.Secret)))["status"]!.GetValue<string>()).ToList();
        await Eventually.TrueAsync(async () => (await _world.SandboxAsync(HttpMethod.Get, "/_sandbox/faults"))["holding"]!.GetValue<int>() == customers.Count);
        return paying;
    }

    async Task<JsonNode> SendAsync(HttpRequestMessage request)
    {
        using (request)
        using (var response = await _world.Http.SendAsync(request, TestContext.Current.CancellationToken))
        {
            var body = await response.Content.ReadFromJsonAsync<JsonNode>(TestContext.Current.CancellationToken);
            Assert.True(response.StatusCode is HttpStatusCode.OK or HttpStatusCode.Created, $"{request.RequestUri} answered {(int)response.StatusCode}: {body}");
            return body!;
        }
    }

    static Task CountAsync(long expected, string database, string sql, IEnumerable<(Guid Id, string Secret)> customers) =>
        Eventually.TrueAsync(async () => await CountAsync(database, sql, customers) == expected);

    /// <param name="sql">With the customers' orders as its parameter.</param>
    static async Task<long> CountAsync(string database, string sql, IEnumerable<(Guid Id, string Secret)> customers)
    {
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(sql, connection)
        {
            Parameters = { new() { Value = customers.Select(customer => customer.Id).ToArray() } },
        };
        return (long)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }
}
