using System.Net.Http.Json;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using PaymentFlow.AppHost;
using PaymentFlow.AppHost.Development;
using PaymentFlow.Contracts.Events;
using PaymentFlow.PaymentApi.DeliveryCheck;
using PaymentFlow.Testing.Hosting;
using PaymentFlow.Tests.Fixtures;
using PaymentFlow.Tests.Integration.Orders;

namespace PaymentFlow.Tests.Integration.Resilience;

/// <summary>All replicas together publish lost events again within one rate limit.</summary>
public sealed class DeliveryRateTests(PaymentFlowApp app)
{
    static readonly DateTimeOffset Now = new(2031, 5, 1, 12, 0, 0, TimeSpan.Zero);
    static readonly TimeSpan Lease = TimeSpan.FromSeconds(20);
    static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(100);

    [Fact]
    public async Task Replicas_share_one_schedule_and_take_over_from_one_that_hangs()
    {
        var token = TestContext.Current.CancellationToken;
        await using ScratchDatabase database = new(app.PaymentsDb);
        await database.InitializeAsync();
        DeliveryStore first = new(database.Source), second = new(database.Source);

        Assert.True(await first.TryLeadAsync(Now, Now + Lease, token));
        Assert.False(await second.TryLeadAsync(Now, Now + Lease, token));
        Assert.Null(await second.ReservePublishSlotAsync(Slice, Now, Now + Lease, token));
        // Two slots reserved at the same moment begin one after the other.
        Assert.Equal(Now, await first.ReservePublishSlotAsync(Slice, Now, Now + Lease, token));
        Assert.Equal(Now + Slice, await first.ReservePublishSlotAsync(Slice, Now, Now + Lease, token));

        var later = Now + Lease + TimeSpan.FromSeconds(1);
        Assert.True(await second.TryLeadAsync(later, later + Lease, token));
        // The first replica has lost its lease.
        Assert.Null(await first.ReservePublishSlotAsync(Slice, later, later + Lease, token));
        Assert.Equal(later, await second.ReservePublishSlotAsync(Slice, later, later + Lease, token));
        await second.ResignAsync(token);
        // A reserved slot stays reserved for the next leader.
        Assert.True(await first.TryLeadAsync(later, later + Lease, token));
        Assert.Equal(later + Slice, await first.ReservePublishSlotAsync(Slice, later, later + Lease, token));
    }

    [Fact]
    public async Task Two_replicas_together_stay_within_the_rate_even_when_one_stops_halfway()
    {
        const int Events = 60, PerSecond = 20;
        var own = await TestHost.StartAsync(model: builder => Define(builder, PerSecond));
        try
        {
            await using LostEvents lost = new(
                await own.GetConnectionStringAsync("paymentsdb"), await own.GetConnectionStringAsync("kafka"));
            using HttpClient http = new() { BaseAddress = own.GetEndpoint("order-service") };
            var payments = new PaymentEvent[Events];
            for (var i = 0; i < Events; i++) payments[i] = (await OrderAsync(http)).Payment(version: 2);
            await lost.AddAsync(payments);

            var leader = "";
            await Eventually.TrueAsync(() => (leader = Replicas.FirstOrDefault(replica => own.LogsOf(replica)
                .Any(line => line.Contains("again that OrderService has not applied", StringComparison.Ordinal))) ?? "") != "");
            await Eventually.TrueAsync(() => lost.InKafka(payments).Count(item => item.Value.Count > 0) > Events / 4);
            OutageApp.Signal(own.ProcessIdOf(leader)!.Value, "TERM");

            await Eventually.TrueAsync(() => lost.InKafka(payments).All(item => item.Value.Count > 0));
            Assert.Contains(Replicas.Except([leader]), replica => own.LogsOf(replica)
                .Any(line => line.Contains("again that OrderService has not applied", StringComparison.Ordinal)));
            var times = lost.InKafka(payments).SelectMany(item => item.Value).Order().ToList();
            // The first slot may be used late and the last one early.
            Assert.InRange((times[^1] - times[0]).TotalSeconds, (double)times.Count / PerSecond - 3 * Slice.TotalSeconds, double.MaxValue);
        }
        finally
        {
            await TestHost.StopAsync(own);
        }
    }

    static readonly string[] Replicas = ["payment-api", "payment-api-2"];

    static async Task<CreatedOrder> OrderAsync(HttpClient http)
    {
        using var response = await http.PostAsJsonAsync("/orders",
            new { items = new[] { new { productId = "mug", quantity = 1 } } }, TestContext.Current.CancellationToken);
        return (await response.Content.ReadFromJsonAsync<CreatedOrder>(TestContext.Current.CancellationToken))!;
    }

    static void Define(IDistributedApplicationBuilder builder, int perSecond)
    {
        var kafka = builder.AddLocalKafka("kafka", "payments", "orders");
        var postgres = builder.AddLocalPostgres("postgres").WithDataFolder(builder.DataFolder());
        var ordersDb = postgres.AddDatabase("ordersdb");
        var paymentsDb = postgres.AddDatabase("paymentsdb");
        var orders = builder.AddProject<Projects.PaymentFlow_OrderService>("order-service")
            .WithReference(ordersDb).WaitFor(ordersDb).WithReference(kafka).WaitFor(kafka)
            .WithEnvironment("Services__Key", "service-key").WithEnvironment("Operator__Key", "operator-key").WithSigningKeys()
            .WithEnvironment("Merchant__ApiKey", "merchant-key")
            .WithEnvironment("RateLimits__orders__Permits", "1000")
            .WithHttpHealthCheck("/health");
        foreach (var replica in Replicas)
        {
            var payments = builder.AddProject<Projects.PaymentFlow_PaymentApi>(replica)
                .WithReference(paymentsDb).WaitFor(paymentsDb).WithReference(kafka).WaitFor(kafka).WithReference(orders)
                .WithEnvironment("Services__Key", "service-key").WithEnvironment("Operator__Key", "operator-key").WithSigningKeys()
                // This test makes no payments.
                .WithEnvironment("Stripe__ApiKey", "sk_test_nobody").WithEnvironment("Stripe__WebhookSecrets__0", "whsec_nobody")
                .WithEnvironment("Delivery__MaxPerSecond", perSecond.ToString(System.Globalization.CultureInfo.InvariantCulture))
                .WithEnvironment("Delivery__Every", "00:00:00.5")
                .WithHttpHealthCheck("/health");
            if (replica == Replicas[0]) orders.WithReference(payments);
        }
    }
}
