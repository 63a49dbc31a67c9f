using System.Net;
using System.Text.Json.Nodes;
using PaymentFlow.Tests.Fixtures;
using PaymentFlow.Tests.Integration.Orders;
using PaymentFlow.Tests.Integration.Payments;

namespace PaymentFlow.Tests.Integration.Figures;

/// <summary><c>GET /figures</c> of both services. Others pay and order at the same time, so counts are at least what this test did.</summary>
public sealed class FiguresTests(PaymentFlowApp app) : IDisposable
{
    readonly HttpClient _http = new();

    [Fact]
    public async Task What_was_paid_and_declined_is_in_this_hours_minutes()
    {
        var before = await PaymentsAsync();
        var ordersBefore = await OrdersAsync();
        var customer = await Customer.OrdersAsync(app);
        await customer.PayAsync("pm_card_visa_chargeDeclined");
        Assert.Equal("succeeded", (await customer.PayAsync())["status"]);

        await Eventually.TrueAsync(async () =>
        {
            var payments = await PaymentsAsync();
            var orders = await OrdersAsync();
            return Sum(payments, "payment.succeeded") > Sum(before, "payment.succeeded")
                && Sum(payments, "payment.failed") > Sum(before, "payment.failed")
                && Sum(orders, "order.created") > Sum(ordersBefore, "order.created")
                && Sum(orders, "order.paid") > Sum(ordersBefore, "order.paid")
                && Published(payments) >= Published(before) + 2 && Published(orders) >= Published(ordersBefore) + 2;
        });
        Assert.Equal(60, (await PaymentsAsync())["outbox"]!["minutes"]!.AsArray().Count);
    }

    [Fact]
    public async Task What_waits_is_counted_while_it_waits()
    {
        await using OrdersApp orders = new(app);
        var lost = await orders.LosePaymentAsync();
        using var live = await LiveClient.OpenAsync(orders, await orders.CreateAsync());
        await Eventually.TrueAsync(async () =>
        {
            var figures = await OrdersAsync();
            return figures["deadLetters"]!["count"]!.GetValue<long>() >= 1 && figures["deadLetters"]!["oldestSeconds"]!.GetValue<double>() > 0
                && figures["sockets"]!.GetValue<long>() >= 1;
        });
        var customer = await Customer.OrdersAsync(app);
        await customer.PayAsync();
        // Asked about half a minute after it was published, and not counted any more when it has arrived.
        await Eventually.TrueAsync(async () => (await PaymentsAsync())["unacknowledged"]!.GetValue<long>() >= 1);
        // The in-process broker's topics have four partitions each.
        await Eventually.TrueAsync(async () => (await OrdersAsync())["lag"] is JsonArray { Count: > 0 } lag
            && lag.Select(one => one!["partition"]!.GetValue<int>()).SequenceEqual(Enumerable.Range(0, lag.Count)));
        await orders.RestoreAsync(lost.OrderId);
        await orders.AsOperatorAsync(HttpMethod.Post, $"/dead-letters/{lost.EventId}/replay");
    }

    [Fact]
    public async Task Operators_and_services_may_ask_and_nobody_else()
    {
        foreach (var service in new[] { app.PaymentApi, app.OrderService })
        {
            Assert.Equal(HttpStatusCode.OK, (await GetAsync(service, ("X-Operator-Key", app.OperatorKey))).Status);
            Assert.Equal(HttpStatusCode.OK, (await GetAsync(service, ("X-Service-Key", app.ServiceKey))).Status);
            foreach (var other in new[] { ("X-Api-Key", app.MerchantKey), ("X-Operator-Key", "guess") })
            {
                var answer = await GetAsync(service, other);
                Assert.Equal((HttpStatusCode.Unauthorized, "unauthorized"), (answer.Status, answer.Code));
            }
        }
    }

    async Task<JsonNode> PaymentsAsync() => (await GetAsync(app.PaymentApi, ("X-Operator-Key", app.OperatorKey))).Body!;

    async Task<JsonNode> OrdersAsync() => (await GetAsync(app.OrderService, ("X-Operator-Key", app.OperatorKey))).Body!;

    async Task<Answer> GetAsync(Uri service, (string Name, string Value) header)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, new Uri(service, "/figures"));
        request.Headers.Add(header.Name, header.Value);
        return await Answer.OfAsync(await _http.SendAsync(request, TestContext.Current.CancellationToken));
    }

    static long Sum(JsonNode figures, string type) =>
        figures["outbox"]!["minutes"]!.AsArray().Sum(minute => minute!["committed"]![type]?.GetValue<long>() ?? 0);

    static long Published(JsonNode figures) => figures["outbox"]!["minutes"]!.AsArray().Sum(minute => minute!["published"]!.GetValue<long>());

    public void Dispose() => _http.Dispose();
}
