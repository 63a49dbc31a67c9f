using System.Net;
using System.Text.Json.Nodes;
using PaymentFlow.Tests.Fixtures;
using PaymentFlow.Tests.Integration.Orders;
using PaymentFlow.Tests.Integration.Payments;

namespace PaymentFlow.Tests.Integration.Operators;

/// <summary>The record of operators, which both services list and export in the same way.</summary>
public sealed class AuditLogTests(PaymentFlowApp app, OrdersApp orders) : IClassFixture<OrdersApp>
{
    [Fact]
    public async Task Actions_are_filtered_paged_and_exported_newest_first()
    {
        // A name that a spreadsheet would execute.
        var name = $"=HYPERLINK(\"https://evil.example\",\"{Guid.CreateVersion7()}\")";
        var who = $"actor={Uri.EscapeDataString(name[1..].ToUpperInvariant())}";
        List<Guid> canceled = [];
        for (var i = 0; i < 3; i++)
        {
            canceled.Insert(0, (await orders.CreateAsync()).Id);
            Assert.Equal(HttpStatusCode.OK, (await orders.SendAsync(HttpMethod.Post, $"/orders/{canceled[0]}/cancel", null,
                ("X-Operator-Key", app.OperatorKey), ("X-Operator-Name", name))).Status);
        }

        Assert.Equal(canceled, await TargetsAsync($"{who}"));
        Assert.Equal(canceled[1..2], await TargetsAsync($"{who}&target={canceled[1]}&action=order.cancel"));
        Assert.Empty(await TargetsAsync($"{who}&action=order.erase"));
        var first = await ListAsync($"{who}&limit=2");
        Assert.Equal(canceled[..2], Targets(first));
        var last = await ListAsync($"{who}&limit=2&after={first["next"]}");
        Assert.Equal((canceled[2], null), (Targets(last).Single(), last["next"]));
        var oldest = last["actions"]![0]!["at"]!.GetValue<DateTimeOffset>();
        var later = Uri.EscapeDataString(oldest.AddTicks(10).ToString("O"));
        Assert.Equal(canceled[..2], await TargetsAsync($"{who}&from={later}"));
        Assert.Equal(canceled[2..], await TargetsAsync($"{who}&to={later}"));

        using HttpRequestMessage request = new(HttpMethod.Get, $"/operator-actions/export?{who}");
        request.Headers.Add("X-Operator-Key", app.ViewerKey);
        using var export = await orders.Http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal("text/csv", export.Content.Headers.ContentType?.MediaType);
        Assert.Equal("attachment", export.Content.Headers.ContentDisposition?.DispositionType);
        var lines = (await export.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).TrimStart('\uFEFF').Split("\r\n");
        Assert.Equal("at,actor,address,action,target,details", lines[0]);
        Assert.Equal("", lines[^1]);
        Assert.All(lines[1..^1].Zip(canceled), line => Assert.EndsWith(
            $"Z,\"'{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\",127.0.0.1,order.cancel,{line.Second},", line.First,
            StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("limit=0", "invalid_limit")]
    [InlineData("limit=501", "invalid_limit")]
    [InlineData("from=2026-02-01T00:00:00Z&to=2026-02-01T00:00:00Z", "invalid_filter")]
    [InlineData("actor=LONG", "invalid_filter")]
    [InlineData("from=yesterday", "malformed_request")]
    [InlineData("after=1", "malformed_request")]
    public async Task A_wrong_filter_is_refused_by_both_services(string query, string code)
    {
        query = query.Replace("LONG", new string('a', 201), StringComparison.Ordinal);
        Assert.Equal(code, (await orders.AsOperatorAsync(HttpMethod.Get, $"/operator-actions?{query}")).Code);
        Assert.Equal(code, (await new BackOffice(app.App).SendAsync(HttpMethod.Get, $"/operator-actions?{query}")).Code);
    }

    [Fact]
    public async Task A_viewer_beside_a_service_key_cancels_nothing()
    {
        // Web sends its service key with the key of the person at the console.
        var customer = await Customer.OrdersAsync(app);
        var open = await customer.PostAsync("/payments", $$"""{"orderId":"{{customer.OrderId}}"}""");
        foreach (var (service, path) in ((Uri, string)[])
            [
                (app.PaymentApi, "/payments/cancel"), (app.PaymentApi, $"/payments/{open["paymentId"]}/cancel"),
                (app.OrderService, $"/orders/{customer.OrderId}/cancel"),
            ])
        {
            using HttpRequestMessage request = new(HttpMethod.Post, new Uri(service, path))
            {
                Content = new StringContent(
                    $$"""{"orderId":"{{customer.OrderId}}"}""", new System.Net.Http.Headers.MediaTypeHeaderValue("application/json")),
            };
            request.Headers.Add("X-Operator-Key", app.ViewerKey);
            request.Headers.Add("X-Service-Key", app.ServiceKey);
            var answer = await Answer.OfAsync(await orders.Http.SendAsync(request, TestContext.Current.CancellationToken));
            Assert.Equal((HttpStatusCode.Forbidden, "viewer_cannot_act"), (answer.Status, answer.Code));
        }
        Assert.Equal("processing", (await customer.GetPaymentAsync(Guid.Parse(open["paymentId"]!), customer.Secret))["status"]);
    }

    async Task<JsonNode> ListAsync(string query)
    {
        var answer = await orders.SendAsync(HttpMethod.Get, $"/operator-actions?{query}", null, ("X-Operator-Key", app.ViewerKey));
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        return answer.Body!;
    }

    async Task<IReadOnlyList<Guid>> TargetsAsync(string query) => Targets(await ListAsync(query));

    static List<Guid> Targets(JsonNode page) =>
        [.. page["actions"]!.AsArray().Select(action => action!["target"]!.GetValue<Guid>())];
}
