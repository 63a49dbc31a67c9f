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
    static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(100);

    [Fact]
    public async Task Replicas_share_one_schedule_for_publishing_again()
    {
        var token = TestContext.Current.CancellationToken;
        await using ScratchDatabase database = new(app.PaymentsDb);
        await database.InitializeAsync();
        DeliveryStore first = new(database.Source), second = new(database.Source);

        Assert.True(await first.Check.TryTakeAsync(Hour, token));
        Assert.False(await second.Check.TryTakeAsync(Hour, token));
        Assert.Equal(TimeSpan.Zero, await first.ReservePublishSlotAsync(Hour, token));
        // The next slots begin one after the other, whoever reserves them.
        Assert.InRange(await first.ReservePublishSlotAsync(Hour, token), TimeSpan.FromTicks(1), Hour);
        await first.Check.ReleaseAsync(token);
        Assert.True(await second.Check.TryTakeAsync(Hour, token));
        Assert.InRange(await second.ReservePublishSlotAsync(Hour, token), Hour, 2 * Hour);
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
            ProcessSignal.Terminate.Send(own.ProcessIdOf(leader)!.Value);

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
