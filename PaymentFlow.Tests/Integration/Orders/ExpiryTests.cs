using System.Net;
using Npgsql;
using PaymentFlow.Tests.Fixtures;

namespace PaymentFlow.Tests.Integration.Orders;

/// <summary>Orders that nobody paid within a day. An order's id says when it was created.</summary>
public sealed class ExpiryTests(PaymentFlowApp host, OrdersApp app) : IClassFixture<OrdersApp>
{
    const string StatusOf = "SELECT status FROM orders WHERE id = $1";

    static readonly TimeSpan Age = TimeSpan.FromHours(25);

    static Guid OfYesterday() => Guid.CreateVersion7(TimeProvider.System.GetUtcNow() - Age);

    [Fact]
    public async Task An_order_that_was_never_opened_expires()
    {
        var order = await app.RestoreAsync(OfYesterday(), Age);

        await app.UntilAsync("canceled", StatusOf, order.Id);

        Assert.Equal("expired", await app.QueryAsync<string>(
            "SELECT convert_from(data, 'UTF8')::jsonb ->> 'reason' FROM outbox WHERE key = $1 AND type = 'order.canceled'",
            order.Id.ToString()));
        var seen = await app.AsCustomerAsync(order, HttpMethod.Get, $"/orders/{order.Id}");
        Assert.Equal((HttpStatusCode.OK, "canceled", null), (seen.Status, seen["status"], seen["canceledBy"]));
        await app.UntilAsync(0L, "SELECT count(*) FROM expired_orders WHERE order_id = $1", order.Id);
    }

    [Fact]
    public async Task An_order_in_time_and_a_paid_one_do_not_expire()
    {
        var young = await app.CreateAsync();
        var paid = OfYesterday();
        await app.QueryAsync<Guid>("""
            INSERT INTO orders (id, reference, secret_hash, amount, currency, items, created_at, updated_at, description, status)
            SELECT $1, $2, secret_hash, amount, currency, items, created_at, updated_at, 'written past the API', 'paid'
            FROM orders WHERE id = $3 RETURNING id
            """, paid, $"restored-{paid}", young.Id);

        // The search has passed both when it has found a later one.
        await app.UntilAsync("canceled", StatusOf, (await app.RestoreAsync(OfYesterday(), Age)).Id);

        Assert.Equal("paid", await app.QueryAsync<string>(StatusOf, paid));
        Assert.Equal("awaiting_payment", await app.QueryAsync<string>(StatusOf, young.Id));
    }

    [Fact]
    public async Task An_order_whose_payment_is_being_confirmed_is_asked_about_again_later()
    {
        var id = OfYesterday();
        await using var payments = NpgsqlDataSource.Create(host.PaymentsDb);
        await ExecuteAsync(payments, """
            INSERT INTO payments (id, order_id, amount, currency, status, attempt_id, attempts)
            VALUES (gen_random_uuid(), $1, 1800, 'usd', 'processing', gen_random_uuid(), 1)
            """, id);
        await app.RestoreAsync(id, Age);
        await app.UntilAsync(1L, "SELECT count(*) FROM expired_orders WHERE order_id = $1 AND next_at > now()", id);

        // The orders are asked about one after the other.
        await app.UntilAsync("canceled", StatusOf, (await app.RestoreAsync(OfYesterday(), Age)).Id);

        Assert.Equal("awaiting_payment", await app.QueryAsync<string>(
            "SELECT status FROM orders WHERE id = $1 AND cancel_requested_by IS NULL", id));
        Assert.Equal(1L, await app.QueryAsync<long>("SELECT count(*) FROM expired_orders WHERE order_id = $1 AND next_at > now()", id));
        // No other test may see a payment without an outcome.
        await ExecuteAsync(payments, "DELETE FROM payments WHERE order_id = $1", id);
    }

    [Fact]
    public async Task An_order_that_its_customer_canceled_says_so()
    {
        var order = await app.CreateAsync();
        Assert.Equal(
            HttpStatusCode.OK, (await app.AsCustomerAsync(order, HttpMethod.Post, $"/orders/{order.Id}/cancel")).Status);
        await app.UntilAsync("customer", """
            SELECT coalesce(max(convert_from(data, 'UTF8')::jsonb ->> 'reason'), '') FROM outbox WHERE key = $1 AND type = 'order.canceled'
            """, order.Id.ToString());
    }

    static async Task ExecuteAsync(NpgsqlDataSource database, string sql, Guid id)
    {
        await using var command = database.CreateCommand(sql);
        command.Parameters.Add(new() { Value = id });
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }
}
