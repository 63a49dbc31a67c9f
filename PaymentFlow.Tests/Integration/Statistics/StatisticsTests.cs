using System.Net;
using System.Text.Json.Nodes;
using PaymentFlow.Tests.Fixtures;
using PaymentFlow.Tests.Integration.Orders;
using PaymentFlow.Tests.Integration.Payments;

namespace PaymentFlow.Tests.Integration.Statistics;

/// <summary>
/// <c>GET /statistics</c> of both services. Other tests pay and order at the same time, so the counts may be higher than this test's own.
/// </summary>
public sealed class StatisticsTests(PaymentFlowApp app) : IDisposable
{
    readonly HttpClient _http = new();

    [Fact]
    public async Task Payments_and_declines_are_counted_per_minute_of_the_last_hour()
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
    public async Task Dead_letters_sockets_unacknowledged_events_and_lag_are_counted()
    {
        await using OrdersApp orders = new(app);
        var lost = await orders.LosePaymentAsync();
        using var live = await LiveClient.OpenAsync(orders, await orders.CreateAsync());
        await Eventually.TrueAsync(async () =>
        {
            var statistics = await OrdersAsync();
            return statistics["deadLetters"]!["count"]!.GetValue<long>() >= 1
                && statistics["deadLetters"]!["oldestSeconds"]!.GetValue<double>() > 0
                && statistics["sockets"]!.GetValue<long>() >= 1;
        });
        var customer = await Customer.OrdersAsync(app);
        await customer.PayAsync();
        // The delivery check confirms the event half a minute after its publication. Until then it counts as unacknowledged.
        await Eventually.TrueAsync(async () => (await PaymentsAsync())["unacknowledged"]!.GetValue<long>() >= 1);
        // The lag lists each partition once, in order.
        await Eventually.TrueAsync(async () => (await OrdersAsync())["lag"] is JsonArray { Count: > 0 } lag
            && lag.Select(one => one!["partition"]!.GetValue<int>()).SequenceEqual(Enumerable.Range(0, lag.Count)));
        await orders.RestoreAsync(lost.OrderId);
        await orders.AsOperatorAsync(HttpMethod.Post, $"/dead-letters/{lost.EventId}/replay");
    }

    [Fact]
    public async Task Only_operators_and_services_may_read_the_statistics()
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
        using HttpRequestMessage request = new(HttpMethod.Get, new Uri(service, "/statistics"));
        request.Headers.Add(header.Name, header.Value);
        return await Answer.OfAsync(await _http.SendAsync(request, TestContext.Current.CancellationToken));
    }

    static long Sum(JsonNode statistics, string type) =>
        statistics["outbox"]!["minutes"]!.AsArray().Sum(minute => minute!["committed"]![type]?.GetValue<long>() ?? 0);

    static long Published(JsonNode statistics) =>
        statistics["outbox"]!["minutes"]!.AsArray().Sum(minute => minute!["published"]!.GetValue<long>());

    public void Dispose() => _http.Dispose();
}
