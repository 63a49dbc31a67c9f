using PaymentFlow.Tests.Fixtures;
using PaymentFlow.Tests.Integration.Orders;

namespace PaymentFlow.Tests.Integration.Resilience;

/// <summary>What became of an order without a word on Kafka: the screens compare themselves with the database.</summary>
public sealed class ScreenSweepTests(OrdersApp orders) : IClassFixture<OrdersApp>
{
    [Fact]
    public async Task A_socket_whose_update_was_lost_sees_it_all_the_same()
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
    public async Task A_socket_is_told_once_of_what_it_has_missed()
    {
        var order = await orders.CreateAsync();
        using var live = await LiveClient.OpenAsync(orders, order);
        await live.NextAsync();

        await ChangeSilentlyAsync(order, "payment_failed", version: 1);
        Assert.Equal("payment_failed", (await live.NextAsync())!.Status);
        // The next one is the next version, not the same one once more.
        await ChangeSilentlyAsync(order, "paid", version: 2);
        Assert.Equal(("paid", 3), await live.NextAsync() is { } next ? (next.Status, next.Version) : default);
    }

    Task<Guid> ChangeSilentlyAsync(CreatedOrder order, string status, long version) => orders.QueryAsync<Guid>(
        "UPDATE orders SET status = $2, payment_id = $1, payment_version = $3 WHERE id = $1 RETURNING id", order.Id, status, version);
}
