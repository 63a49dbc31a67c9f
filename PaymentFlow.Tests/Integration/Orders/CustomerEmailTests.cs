using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using PaymentFlow.OrderService.Orders;
using PaymentFlow.Persistence.Pruning;
using PaymentFlow.Tests.Fixtures;
using PaymentFlow.Tests.Integration.Payments;

namespace PaymentFlow.Tests.Integration.Orders;

/// <summary>A customer's e-mail address: it reaches Stripe and nothing else, and it is deleted.</summary>
public sealed class CustomerEmailTests(PaymentFlowApp host, OrdersApp app) : IClassFixture<OrdersApp>
{
    const string EmailOf = "SELECT coalesce(customer_email, '') FROM orders WHERE id = $1";

    readonly Merchant _merchant = new(host, app);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Stripe_gets_the_address_for_its_receipt_and_our_books_and_logs_do_not(bool prepared)
    {
        var email = $"{Guid.CreateVersion7():N}@customers.example";
        var order = (await _merchant.CreateAsync(("customerEmail", email))).Order;

        if (prepared) Assert.Null((await PostAsync(order, "/payments", new { orderId = order.Id })).Code);
        Assert.Equal("succeeded", (await PayAsync(order))["status"]);

        Assert.Equal(email, (await IntentOfAsync(order)).ReceiptEmail);
        await using var payments = NpgsqlDataSource.Create(host.PaymentsDb);
        await using var books = payments.CreateCommand("""
            SELECT (SELECT count(*) FROM payments p WHERE p::text LIKE $1) + (SELECT count(*) FROM payment_attempts a WHERE a::text LIKE $1)
                + (SELECT count(*) FROM outbox WHERE convert_from(data, 'UTF8') LIKE $1)
            """);
        books.Parameters.Add(new() { Value = $"%{email}%" });
        Assert.Equal(0L, await books.ExecuteScalarAsync(TestContext.Current.CancellationToken));
        foreach (var service in (string[])["order-service", "payment-api", "web"])
            Assert.DoesNotContain(host.App.LogsOf(service), line => line.Contains(email, StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_address_that_Stripe_refuses_costs_the_receipt_and_not_the_payment()
    {
        var email = $"{Guid.CreateVersion7():N}@пример.example";
        var order = (await _merchant.CreateAsync(("customerEmail", email))).Order;

        Assert.Equal("succeeded", (await PayAsync(order))["status"]);

        Assert.Null((await IntentOfAsync(order)).ReceiptEmail);
        Assert.DoesNotContain(host.App.LogsOf("payment-api"), line => line.Contains(email, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Addresses_are_deleted_a_month_after_their_orders_last_change()
    {
        var (old, young) = ((await _merchant.CreateAsync()).Order, (await _merchant.CreateAsync()).Order);
        var aged = Guid.CreateVersion7(TimeProvider.System.GetUtcNow().AddDays(-31));
        await app.QueryAsync<Guid>("""
            INSERT INTO orders (id, reference, secret_hash, amount, currency, items, created_at, updated_at, customer_email, status,
                description)
            SELECT $1, $2, secret_hash, amount, currency, items, created_at, updated_at - interval '31 days', customer_email, 'paid',
                'written past the API'
            FROM orders WHERE id = $3 RETURNING id
            """, aged, $"old-{aged}", old.Id);
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.AddCustomerEmailPruning();
        var rule = Assert.IsType<PruningRule>(
            builder.Services.Single(service => service.ServiceType == typeof(PruningRule)).ImplementationInstance);
        var before = TimeProvider.System.GetUtcNow() - rule.Keep;

        Assert.Equal(TimeSpan.FromDays(30), rule.Keep);
        Assert.Equal(aged, await app.QueryAsync<Guid>(
            rule.Sql + " RETURNING id", before.UtcDateTime, 500, Guid.CreateVersion7(before)));
        Assert.Equal("", await app.QueryAsync<string>(EmailOf, aged));
        Assert.Equal("anna@customers.example", await app.QueryAsync<string>(EmailOf, young.Id));
    }

    [Fact]
    public async Task An_operator_exports_and_erases_what_the_checkout_was_told_and_the_link_ends()
    {
        var linked = await _merchant.CreateAsync();
        var path = $"/orders/{linked.Order.Id}/personal-data";

        var exported = await app.AsOperatorAsync(HttpMethod.Get, path);
        Assert.Equal("NoContent", $"{(await app.AsOperatorAsync(HttpMethod.Delete, path)).Status}");
        var after = await app.AsOperatorAsync(HttpMethod.Get, path);

        Assert.Equal("anna@customers.example", exported["customerEmail"]);
        foreach (var erased in (string[])["customerEmail", "metadata", "returnUrl", "cancelUrl", "description"])
        {
            Assert.NotNull(exported.Body![erased]);
            Assert.Null(after.Body![erased]);
        }
        Assert.Equal("not_found", (await _merchant.OpenAsync(linked.Token)).Code);
    }

    Task<Answer> PayAsync(CreatedOrder order) =>
        PostAsync(order, "/process-payment", new { orderId = order.Id, paymentMethod = "pm_card_visa" });

    async Task<Answer> PostAsync(CreatedOrder order, string path, object body)
    {
        using HttpClient payments = new() { BaseAddress = host.PaymentApi };
        using HttpRequestMessage request = new(HttpMethod.Post, path) { Content = JsonContent.Create(body) };
        request.Headers.Authorization = new("Bearer", order.ClientSecret);
        return await Answer.OfAsync(await payments.SendAsync(request, TestContext.Current.CancellationToken));
    }

    async Task<Stripe.PaymentIntent> IntentOfAsync(CreatedOrder order)
    {
        await using var payments = NpgsqlDataSource.Create(host.PaymentsDb);
        await using var command = payments.CreateCommand("SELECT payment_intent_id FROM payments WHERE order_id = $1");
        command.Parameters.Add(new() { Value = order.Id });
        return await new StripeAccount(host.App).IntentAsync(
            (string)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!);
    }
}
