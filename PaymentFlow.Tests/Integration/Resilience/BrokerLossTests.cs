using Npgsql;
using PaymentFlow.Testing.Chaos;
using PaymentFlow.Testing.Hosting;
using PaymentFlow.Tests.Fixtures;
using PaymentFlow.Tests.Integration.Payments;

namespace PaymentFlow.Tests.Integration.Resilience;

/// <summary>Kafka acknowledges messages and then loses all its data, including topics, messages, groups and offsets.</summary>
public sealed class BrokerLossTests : IAsyncLifetime
{
    readonly Broker _kafka = new();
    RunningApp _app = null!;

    public async ValueTask InitializeAsync() => _app = await TestHost.StartAsync(
        configuration: new Dictionary<string, string?>(TestHost.NothingGiven) { ["ConnectionStrings:kafka"] = _kafka.BootstrapServers },
        environment: new Dictionary<string, string>
        {
            // The app host sets the same values for its own broker.
            ["Aspire__Confluent__Kafka__Consumer__Config__FetchWaitMaxMs"] = "5",
            ["Aspire__Confluent__Kafka__Consumer__Config__SessionTimeoutMs"] = "2000",
            ["Aspire__Confluent__Kafka__Consumer__Config__HeartbeatIntervalMs"] = "300",
            ["Delivery__CheckAfter"] = "00:00:05",
            ["Delivery__Every"] = "00:00:01",
            ["RateLimits__orders__Permits"] = "1000",
            ["RateLimits__payments__Permits"] = "1000",
        });

    [Fact]
    public async Task Orders_become_paid_although_Kafka_lost_their_events_before_order_service_read_them()
    {
        const int Orders = 100;
        var customers = await Task.WhenAll(Enumerable.Range(0, Orders).Select(_ => Customer.OrdersAsync(_app)));
        var ids = customers.Select(customer => customer.OrderId).ToArray();
        var sandbox = _app.ProcessIdOf("stripe-sandbox")!.Value;
        var orderService = _app.ProcessIdOf("order-service")!.Value;
        await Task.WhenAll(customers.Select(customer => customer.PostAsync("/payments", $$"""{"orderId":"{{customer.OrderId}}"}""")));

        OutageApp.Signal(sandbox, "STOP");
        var paying = customers.Select(customer => customer.PayAsync()).ToList();
        await UntilAsync("paymentsdb", Orders, """
            SELECT count(*) FROM payment_attempts a JOIN payments p ON p.id = a.payment_id
            WHERE p.order_id = ANY($1) AND a.status = 'started'
            """, ids);
        // Each payment has read its order. From here on OrderService reads no event.
        OutageApp.Signal(orderService, "STOP");
        OutageApp.Signal(sandbox, "CONT");
        Assert.All(await Task.WhenAll(paying), answer => Assert.Equal("succeeded", answer["status"]));
        await UntilAsync("paymentsdb", Orders, "SELECT count(*) FROM outbox WHERE key = ANY($1) AND published_at IS NOT NULL",
            ids.Select(id => id.ToString()).ToArray());

        _kafka.Wipe();
        OutageApp.Signal(orderService, "CONT");

        await UntilAsync("ordersdb", Orders, "SELECT count(*) FROM orders WHERE id = ANY($1) AND status = 'paid'", ids);
        await UntilAsync("paymentsdb", Orders, "SELECT count(*) FROM outbox WHERE key = ANY($1) AND applied_at IS NOT NULL",
            ids.Select(id => id.ToString()).ToArray());
        // The next customer is served as usual.
        var next = await Customer.OrdersAsync(_app);
        Assert.Equal("succeeded", (await next.PayAsync())["status"]);
        await UntilAsync("ordersdb", 1, "SELECT count(*) FROM orders WHERE id = ANY($1) AND status = 'paid'", [next.OrderId]);
    }

    public async ValueTask DisposeAsync()
    {
        await TestHost.StopAsync(_app);
        await _kafka.DisposeAsync();
    }

    async Task UntilAsync<T>(string database, long expected, string sql, T[] ids)
    {
        await using var source = NpgsqlDataSource.Create(await _app.GetConnectionStringAsync(database));
        await Eventually.TrueAsync(async () =>
        {
            await using var command = source.CreateCommand(sql);
            command.Parameters.Add(new() { Value = ids });
            return (long)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))! == expected;
        });
    }
}
