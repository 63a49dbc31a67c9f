using PaymentFlow.Tests.Fixtures;
using PaymentFlow.Tests.Integration.Orders;

namespace PaymentFlow.Tests.Integration.Resilience;

/// <summary>An order changes without an event in Kafka. The reconciler compares the watched orders with the database.</summary>
public sealed class WatchedOrdersReconcilerTests(OrdersApp orders) : IClassFixture<OrdersApp>
{
    [Fact]
    public async Task A_socket_receives_an_update_whose_event_was_lost()
    {
        var order = await orders.CreateAsync();
        using var first = await LiveClient.OpenAsync(orders, order);
        using var second = await LiveClient.OpenAsync(orders, order);
        await first.NextAsync();
        await second.NextAsync();

        await ChangeSilentlyAsync(order, "paid", version: 1);

        Assert.Equal(2, (await first.UntilAsync("paid")).Version);
        Assert.Equal(2, (await second.UntilAsync("paid")).Version);
    }

    [Fact]
    public async Task A_socket_receives_a_missed_update_once()
    {
        var order = await orders.CreateAsync();
        using var live = await LiveClient.OpenAsync(orders, order);
        await live.NextAsync();

        await ChangeSilentlyAsync(order, "payment_failed", version: 1);
        Assert.Equal("payment_failed", (await live.NextAsync())!.Status);
        // The next frame has the next version and does not repeat the last one.
        await ChangeSilentlyAsync(order, "paid", version: 2);
        Assert.Equal(("paid", 3), await live.NextAsync() is { } next ? (next.Status, next.Version) : default);
    }

    Task<Guid> ChangeSilentlyAsync(CreatedOrder order, string status, long version) => orders.QueryAsync<Guid>(
        "UPDATE orders SET status = $2, payment_id = $1, payment_version = $3 WHERE id = $1 RETURNING id", order.Id, status, version);
}
