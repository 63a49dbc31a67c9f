using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using PaymentFlow.Contracts.DeliveryCheck;
using PaymentFlow.Contracts.Events;
using PaymentFlow.PaymentApi.DeliveryCheck;
using PaymentFlow.Tests.Fixtures;
using PaymentFlow.Tests.Integration.Orders;
using PaymentFlow.Tests.Integration.Payments;

namespace PaymentFlow.Tests.Integration.Resilience;

/// <summary>
/// The delivery check reports orders that state more than their payment does. The events here have the right key, as if it were stolen.
/// </summary>
public sealed class OrdersAheadTests(PaymentFlowApp app, OrdersApp orders) : IClassFixture<OrdersApp>, IAsyncDisposable
{
    readonly NpgsqlDataSource _payments = NpgsqlDataSource.Create(app.PaymentsDb);

    [Fact]
    public async Task An_order_that_is_paid_without_a_payment_is_reported_and_counted()
    {
        var order = await orders.CreateAsync();
        await orders.PublishAsync(order.Payment(version: 2));

        await Eventually.TrueAsync(() => IsReportedAsync(order.Id));

        using HttpClient http = new();
        http.DefaultRequestHeaders.Add("X-Operator-Key", app.OperatorKey);
        var statistics = JsonNode.Parse(await http.GetStringAsync(new Uri(app.PaymentApi, "/statistics"), Token))!;
        Assert.True(statistics["ordersAhead"]!.GetValue<long>() > 0);
        // The order is left as it is: only a person can tell which side is right.
        Assert.Equal("paid", await orders.QueryAsync<string>("SELECT status FROM orders WHERE id = $1", order.Id));
    }

    [Fact]
    public async Task An_order_with_a_version_that_its_payment_never_had_is_reported()
    {
        var customer = await Customer.OrdersAsync(app);
        var paid = await customer.PayAsync();
        await orders.UntilAsync("paid", "SELECT status FROM orders WHERE id = $1", customer.OrderId);
        PaymentEvent frozen = new(
            Guid.Parse(paid["paymentId"]!), customer.OrderId, null, long.MaxValue - 1, "refunded", customer.Amount, customer.Amount,
            customer.Order["currency"]!.GetValue<string>());
        await orders.PublishAsync(frozen);

        await Eventually.TrueAsync(() => IsReportedAsync(customer.OrderId));
    }

    [Fact]
    public async Task An_order_that_agrees_with_its_payment_is_not_reported()
    {
        var customer = await Customer.OrdersAsync(app);
        await customer.PayAsync();
        await orders.UntilAsync("paid", "SELECT status FROM orders WHERE id = $1", customer.OrderId);
        var change = await orders.QueryAsync<long>(
            "SELECT id FROM outbox WHERE key = $1 AND type = 'order.paid'", customer.OrderId.ToString());

        await Eventually.TrueAsync(async () => await QueryAsync<long>("SELECT compared_to FROM delivery_sweep") >= change);

        Assert.False(await IsReportedAsync(customer.OrderId));
    }

    [Fact]
    public async Task A_report_ends_when_the_order_agrees_with_its_payment_again()
    {
        var order = await orders.CreateAsync();
        var payment = order.Payment(version: 2);
        await orders.PublishAsync(payment);
        await orders.UntilAsync("paid", "SELECT status FROM orders WHERE id = $1", order.Id);
        await using ScratchDatabase database = new(
            app.PaymentsDb, builder => builder.Configuration["ConnectionStrings:kafka"] = app.KafkaBootstrap);
        await database.InitializeAsync();
        using HttpClient http = new() { BaseAddress = app.OrderService };
        http.DefaultRequestHeaders.Add("X-Service-Key", app.ServiceKey);
        FakeTimeProvider time = new();
        AheadCheck check = new(new AheadStore(database.Source), new OrderVersionsClient(http), Options.Create(new DeliveryOptions()), time,
            NullLogger<AheadCheck>.Instance);
        OrderVersions stated = new(3, 2, PaymentId: payment.PaymentId, Status: "paid");
        await check.CompareAsync(new Dictionary<Guid, OrderVersions> { [order.Id] = stated }, Token);
        await check.RecheckAsync(Token);
        Assert.Equal(1L, await database.QueryAsync<long>("SELECT count(*) FROM orders_ahead"));

        // The payment is restored.
        await database.ExecuteAsync("""
            INSERT INTO payments (id, order_id, amount, currency, status, version) VALUES ($1, $2, $3, 'usd', 'succeeded', 2)
            """, payment.PaymentId, order.Id, order.Amount);
        time.Advance(TimeSpan.FromMinutes(2));
        await check.RecheckAsync(Token);

        Assert.Equal(0L, await database.QueryAsync<long>("SELECT count(*) FROM orders_ahead"));
    }

    static CancellationToken Token => TestContext.Current.CancellationToken;

    async Task<bool> IsReportedAsync(Guid order) =>
        await QueryAsync<long>($"SELECT count(*) FROM orders_ahead WHERE order_id = '{order}'") == 1;

    async Task<T> QueryAsync<T>(string sql)
    {
        await using var command = _payments.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync(Token))!;
    }

    public ValueTask DisposeAsync() => _payments.DisposeAsync();
}
