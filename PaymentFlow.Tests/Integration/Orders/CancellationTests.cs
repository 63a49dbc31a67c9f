using System.Net;
using System.Net.Http.Json;
using PaymentFlow.AppHost.Development;
using PaymentFlow.Testing.Hosting;
using PaymentFlow.Tests.Fixtures;
using PaymentFlow.Tests.Integration.Payments;

namespace PaymentFlow.Tests.Integration.Orders;

/// <summary>An order's customer or an operator cancels it. A cancellation is final.</summary>
public sealed class CancellationTests(PaymentFlowApp host, OrdersApp app) : IClassFixture<OrdersApp>
{
    [Fact]
    public async Task A_customers_cancellation_of_an_unpaid_order_is_pushed()
    {
        var order = await app.CreateAsync();
        using var live = await LiveClient.OpenAsync(app, order);

        var answer = await app.AsCustomerAsync(order, HttpMethod.Post, $"/orders/{order.Id}/cancel");

        Assert.Equal((HttpStatusCode.OK, order.Id.ToString()), (answer.Status, answer["id"]));
        Assert.Equal("Your order is canceled", (await live.UntilAsync("canceled")).Message);
        var canceled = await app.AsCustomerAsync(order, HttpMethod.Get, $"/orders/{order.Id}");
        Assert.Equal(("canceled", "customer"), (canceled["status"], canceled["canceledBy"]));
        await app.UntilAsync(1L, "SELECT count(*) FROM outbox WHERE key = $1 AND type = 'order.canceled'", order.Id.ToString());
    }

    [Fact]
    public async Task A_canceled_order_cannot_be_paid_and_canceling_again_changes_nothing()
    {
        var customer = await Customer.OrdersAsync(host);
        using var live = await customer.WatchAsync();
        Assert.Equal(HttpStatusCode.OK, (await CancelAsync(customer)).Status);
        await live.UntilAsync("canceled");

        var paid = await customer.PayAsync();
        var again = await CancelAsync(customer);

        Assert.Equal((HttpStatusCode.Conflict, "order_canceled"), (paid.Status, paid.Code));
        Assert.Equal((HttpStatusCode.OK, "canceled"), (again.Status, again["status"]));
        Assert.Empty(await customer.ChargesAsync());
    }

    [Fact]
    public async Task A_declined_order_can_still_be_canceled()
    {
        var customer = await Customer.OrdersAsync(host);
        using var live = await customer.WatchAsync();
        Assert.Equal(HttpStatusCode.PaymentRequired, (await customer.PayAsync("pm_card_visa_chargeDeclined")).Status);
        await live.UntilAsync("payment_failed");

        Assert.Equal(HttpStatusCode.OK, (await CancelAsync(customer)).Status);

        await live.UntilAsync("canceled");
    }

    [Fact]
    public async Task A_paid_order_is_not_canceled()
    {
        var customer = await Customer.OrdersAsync(host);
        using var live = await customer.WatchAsync();
        var paid = await customer.PayAsync();
        await live.UntilAsync("paid");

        var answer = await CancelAsync(customer);

        Assert.Equal((HttpStatusCode.Conflict, "already_paid"), (answer.Status, answer.Code));
        Assert.Equal(paid["paymentId"], answer["paymentId"]);
        Assert.Equal("application/problem+json", answer.ContentType);
        Assert.Equal("paid", (await app.AsOperatorAsync(HttpMethod.Get, $"/orders/{customer.OrderId}"))["status"]);
    }

    [Fact]
    public async Task Paying_and_canceling_at_the_same_time_have_exactly_one_outcome()
    {
        for (var round = 0; round < 5; round++)
        {
            var customer = await Customer.OrdersAsync(host);
            using var live = await customer.WatchAsync();

            var (paid, canceled) = (customer.PayAsync(), CancelAsync(customer));
            await Task.WhenAll(paid, canceled);

            var won = (await canceled).Status == HttpStatusCode.OK;
            await live.UntilAsync(won ? "canceled" : "paid");
            Assert.Equal(won ? 0 : 1, (await customer.ChargesAsync()).Count);
            Assert.Equal(won ? HttpStatusCode.Conflict : HttpStatusCode.OK, (await paid).Status);
        }
    }

    [Fact]
    public async Task An_operators_cancellation_is_recorded()
    {
        var order = await app.CreateAsync();
        using var live = await LiveClient.OpenAsync(app, order);

        Assert.Equal(HttpStatusCode.OK, (await app.AsOperatorAsync(HttpMethod.Post, $"/orders/{order.Id}/cancel")).Status);

        await live.UntilAsync("canceled");
        Assert.Equal("operator", (await app.AsCustomerAsync(order, HttpMethod.Get, $"/orders/{order.Id}"))["canceledBy"]);
        var actions = await app.AsOperatorAsync(HttpMethod.Get, "/operator-actions");
        var action = Assert.Single(
            actions.Body!["actions"]!.AsArray(), action => action!["target"]!.GetValue<string>() == order.Id.ToString())!;
        Assert.Equal("order.cancel", action["action"]!.GetValue<string>());
        Assert.Equal(("Anna", "127.0.0.1"), (action["actor"]!.GetValue<string>(), action["address"]!.GetValue<string>()));
    }

    [Fact]
    public async Task An_order_canceled_without_a_request_has_no_canceledBy()
    {
        var order = await app.CreateAsync();
        await app.PublishAsync(order.Payment(version: 2, status: "canceled"));
        await app.UntilAsync("canceled", "SELECT status FROM orders WHERE id = $1", order.Id);

        var canceled = await app.AsCustomerAsync(order, HttpMethod.Get, $"/orders/{order.Id}");

        Assert.Equal(("canceled", null), (canceled["status"], canceled["canceledBy"]));
        // A request after the cancellation does not change that.
        await app.AsCustomerAsync(order, HttpMethod.Post, $"/orders/{order.Id}/cancel");
        Assert.Null((await app.AsCustomerAsync(order, HttpMethod.Get, $"/orders/{order.Id}"))["canceledBy"]);
    }

    [Fact]
    public async Task A_caller_without_access_to_an_order_cannot_cancel_it()
    {
        var mine = await app.CreateAsync();
        var another = await app.CreateAsync();
        async Task<string?> CodeAsync(params (string, string)[] headers) =>
            (await app.SendAsync(HttpMethod.Post, $"/orders/{another.Id}/cancel", null, headers)).Code;

        Assert.Equal("unauthorized", await CodeAsync());
        Assert.Equal("unauthorized", await CodeAsync(("X-Api-Key", app.MerchantKey)));
        // A service key alone cannot cancel, and it does not help a wrong token.
        Assert.Equal("unauthorized", await CodeAsync(("X-Service-Key", app.ServiceKey)));
        Assert.Equal("not_found", await CodeAsync(("X-Service-Key", app.ServiceKey), ("Authorization", $"Bearer {mine.ClientSecret}")));
        Assert.Equal("not_found", await CodeAsync(("Authorization", $"Bearer {mine.ClientSecret}")));
        Assert.Equal("awaiting_payment", (await app.AsOperatorAsync(HttpMethod.Get, $"/orders/{another.Id}"))["status"]);
        Assert.Equal("not_found", (await app.AsOperatorAsync(HttpMethod.Post, $"/orders/{Guid.CreateVersion7()}/cancel")).Code);
    }

    [Fact]
    public async Task Without_PaymentApi_nothing_is_canceled_and_the_answer_has_Retry_After()
    {
        Uri address = new($"http://localhost:{FreePort.Next()}");
        await using var alone = await LoneOrderService.StartAsync(host, address, "ordersdb_alone", kafka: "127.0.0.1:1");
        using HttpClient http = new() { BaseAddress = address };
        using var created = await http.PostAsJsonAsync(
            "/orders", new { items = new[] { new { productId = "mug", quantity = 1 } } }, TestContext.Current.CancellationToken);
        var order = (await created.Content.ReadFromJsonAsync<CreatedOrder>(TestContext.Current.CancellationToken))!;

        using HttpRequestMessage request = new(HttpMethod.Post, $"/orders/{order.Id}/cancel");
        request.Headers.Authorization = new("Bearer", order.ClientSecret);
        var answer = await Answer.OfAsync(await http.SendAsync(request, TestContext.Current.CancellationToken));

        Assert.Equal((HttpStatusCode.ServiceUnavailable, "payment_api_unavailable"), (answer.Status, answer.Code));
        Assert.NotNull(answer.RetryAfter);
    }

    async Task<Answer> CancelAsync(Customer customer)
    {
        using HttpClient http = new();
        using HttpRequestMessage request = new(
            HttpMethod.Post, new Uri(host.App.GetEndpoint("order-service"), $"/orders/{customer.OrderId}/cancel"));
        request.Headers.Authorization = new("Bearer", customer.Secret);
        return await Answer.OfAsync(await http.SendAsync(request, TestContext.Current.CancellationToken));
    }
}
