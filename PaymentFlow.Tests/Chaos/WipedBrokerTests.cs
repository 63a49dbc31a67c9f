using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Playwright;
using Npgsql;
using PaymentFlow.Testing.Chaos;
using PaymentFlow.Testing.Hosting;
using PaymentFlow.Tests.Fixtures;

namespace PaymentFlow.Tests.Chaos;

/// <summary>Kafka acknowledges events and then loses all of its data, at the two worst moments.</summary>
[Collection(nameof(ChaosTests))]
public sealed class WipedBrokerTests(SharedChaosWorld shared, Browser.Chromium chromium, ITestOutputHelper output)
    : IClassFixture<Browser.Chromium>
{
    const string Paid = "[data-screen=paid], [data-screen=already-paid]";
    const string PaidOrders = "SELECT count(*) FROM orders WHERE status = 'paid' AND id = ANY($1)";

    readonly ChaosWorld _world = shared.World;

    [Fact]
    public async Task When_Kafka_is_wiped_between_publishing_and_consuming_200_payments_all_orders_become_paid()
    {
        var customers = await CustomersAsync(200);
        var paying = await BeginToPayAsync(customers);
        // No OrderService consumes from here on, so events are published and not applied.
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
    public async Task When_Kafka_is_wiped_between_OrderService_and_the_screens_all_open_sockets_and_pages_show_paid()
    {
        var customers = await CustomersAsync(40);
        // All sockets are open on the replica that is paused below, so the other OrderService applies the payments.
        var screens = customers
            .Select(customer => new LiveSocket([_world.OrderServices[1]], customer.Id, customer.Secret, new Random(1))).ToList();
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
            await CountAsync(
                0, _world.OrdersDb, "SELECT count(*) FROM outbox WHERE published_at IS NULL AND key::uuid = ANY($1)", customers);

            _world.Kafka.Wipe();
            Assert.All(screens, screen => Assert.Equal("awaiting_payment", screen.Last!.Value.Status));
            foreach (var page in pages) Assert.Equal(0, await page.Locator(Paid).CountAsync());
            var wiped = TimeProvider.System.GetTimestamp();
            deaf.Dispose();

            await Eventually.TrueAsync(() => screens.All(screen => screen.Last!.Value.Status == "paid"));
            foreach (var page in pages) await page.Locator(Paid).WaitForAsync(new() { Timeout = 60_000 });
            output.WriteLine(
                $"All {screens.Count} sockets and {pages.Count} pages showed paid "
                + $"{TimeProvider.System.GetElapsedTime(wiped).TotalSeconds:0.0} s after their servers resumed.");
        }
        finally
        {
            foreach (var screen in screens) await screen.DisposeAsync();
        }
    }

    /// <summary>
    /// Pauses services until the result is disposed. They resume even if the test fails, because other tests use the same world.
    /// </summary>
    Paused Pause(params string[] services)
    {
        foreach (var service in services) _world.Signal(service, ProcessSignal.Stop);
        return new Paused(_world, services);
    }

    sealed class Paused(ChaosWorld world, string[] services) : IDisposable
    {
        // A second call is harmless, because a running process ignores the signal.
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

    /// <summary>Starts all payments. They wait for Stripe until its faults are removed.</summary>
    async Task<IReadOnlyList<Task<string>>> BeginToPayAsync(IReadOnlyList<(Guid Id, string Secret)> customers)
    {
        // The PaymentIntents are created first, so that each payment needs only one more call to Stripe. A few are created in parallel, so
        // that the first payment is not abandoned before the last is prepared.
        await Parallel.ForEachAsync(customers, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (customer, _) =>
            await SendAsync(ChaosWorld.Request(
                HttpMethod.Post, _world.PaymentApi, "/payments", new { orderId = customer.Id }, customer.Secret)));
        await _world.SandboxAsync(
            HttpMethod.Post, "/_sandbox/faults", new { call = "confirm", fault = "slow", count = customers.Count, seconds = 15 });
        var paying = customers.Select(async customer => (await SendAsync(ChaosWorld.Request(
            HttpMethod.Post, _world.PaymentApi, "/process-payment", new { orderId = customer.Id, paymentMethod = "pm_card_visa" },
            customer.Secret)))["status"]!.GetValue<string>()).ToList();
        await Eventually.TrueAsync(async () =>
            (await _world.SandboxAsync(HttpMethod.Get, "/_sandbox/faults"))["holding"]!.GetValue<int>() == customers.Count);
        return paying;
    }

    async Task<JsonNode> SendAsync(HttpRequestMessage request)
    {
        using (request)
        using (var response = await _world.Http.SendAsync(request, TestContext.Current.CancellationToken))
        {
            var body = await response.Content.ReadFromJsonAsync<JsonNode>(TestContext.Current.CancellationToken);
            Assert.True(
                response.StatusCode is HttpStatusCode.OK or HttpStatusCode.Created,
                $"{request.RequestUri} answered {(int)response.StatusCode}: {body}");
            return body!;
        }
    }

    static Task CountAsync(long expected, string database, string sql, IEnumerable<(Guid Id, string Secret)> customers) =>
        Eventually.TrueAsync(async () => await CountAsync(database, sql, customers) == expected);

    /// <param name="sql">A query for a count. Its parameter is the array of the customers' order ids.</param>
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
