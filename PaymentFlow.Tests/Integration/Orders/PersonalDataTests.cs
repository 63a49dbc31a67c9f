using System.Net;
using PaymentFlow.Tests.Integration.Payments;

namespace PaymentFlow.Tests.Integration.Orders;

/// <summary>An operator exports and erases what is stored about an order's customer; and who may add to the record of operators.</summary>
public sealed class PersonalDataTests(OrdersApp app) : IClassFixture<OrdersApp>
{
    [Fact]
    public async Task An_erased_order_has_no_description_and_keeps_its_books()
    {
        var order = await app.CreateForMerchantAsync("Two nights for Anna Karenina");
        var path = $"/orders/{order.Id}/personal-data";
        await app.SendAsync(HttpMethod.Post, $"/orders/{order.Id}/notes", new { text = "Anna called." },
            ("X-Operator-Key", app.OperatorKey));
        var before = await app.AsOperatorAsync(HttpMethod.Get, $"/orders/{order.Id}");

        var exported = await app.AsOperatorAsync(HttpMethod.Get, path);
        var erased = await app.AsOperatorAsync(HttpMethod.Delete, path);
        var again = await app.AsOperatorAsync(HttpMethod.Delete, path);
        var after = await app.AsOperatorAsync(HttpMethod.Get, path);

        Assert.Equal((order.Reference, "Two nights for Anna Karenina"), (exported["reference"], exported["description"]));
        Assert.Equal((HttpStatusCode.NoContent, HttpStatusCode.NoContent), (erased.Status, again.Status));
        Assert.Equal((order.Reference, null), (after["reference"], after["description"]));
        Assert.Equal("Anna called.", Assert.Single(exported.Body!["notes"]!.AsArray())!["text"]!.GetValue<string>());
        Assert.Empty(after.Body!["notes"]!.AsArray());
        var books = await app.AsOperatorAsync(HttpMethod.Get, $"/orders/{order.Id}");
        Assert.Null(books["description"]);
        foreach (var kept in (string[])["id", "reference", "status", "version", "amount", "currency", "createdAt", "updatedAt"])
            Assert.Equal(before.Body![kept]!.ToJsonString(), books.Body![kept]!.ToJsonString());
        Assert.Equal("order.note, order.export, order.erase, order.erase, order.export", await app.QueryAsync<string>(
            "SELECT string_agg(action, ', ' ORDER BY at) FROM operator_actions WHERE target = $1", order.Id.ToString()));
    }

    [Fact]
    public async Task Only_an_operator_exports_or_erases()
    {
        var order = await app.CreateForMerchantAsync("For Anna");
        foreach (var method in (HttpMethod[])[HttpMethod.Get, HttpMethod.Delete])
        {
            foreach (var (header, value) in new[]
            {
                ("Authorization", $"Bearer {order.ClientSecret}"), ("X-Api-Key", app.MerchantKey), ("X-Service-Key", app.ServiceKey),
            })
            {
                var refused = await app.SendAsync(method, $"/orders/{order.Id}/personal-data", null, (header, value));
                Assert.Equal((HttpStatusCode.Unauthorized, "unauthorized"), (refused.Status, refused.Code));
            }
            var unknown = await app.AsOperatorAsync(method, $"/orders/{Guid.CreateVersion7()}/personal-data");
            Assert.Equal((HttpStatusCode.NotFound, "not_found"), (unknown.Status, unknown.Code));
        }
        Assert.Equal("For Anna", (await app.AsOperatorAsync(HttpMethod.Get, $"/orders/{order.Id}/personal-data"))["description"]);
    }

    [Fact]
    public async Task Only_a_service_adds_to_the_record_and_only_sign_ins_and_sign_outs()
    {
        var name = $"anna {Guid.CreateVersion7()}";
        (string, string)[] who = [("X-Operator-Name", name), ("X-Operator-Address", "192.0.2.7")];
        foreach (var key in new[] { ("X-Operator-Key", app.OperatorKey), ("X-Api-Key", app.MerchantKey) })
            Assert.Equal("unauthorized", (await AddAsync("console.sign_in", [.. who, key])).Code);
        (string, string)[] service = [.. who, ("X-Service-Key", app.ServiceKey)];
        Assert.Equal("malformed_request", (await AddAsync("payment.refund", service)).Code);
        Assert.Equal(HttpStatusCode.NoContent, (await AddAsync("console.sign_out", service)).Status);

        Assert.Equal("console.sign_out 192.0.2.7", await app.QueryAsync<string>(
            "SELECT string_agg(action || ' ' || host(address), ', ') FROM operator_actions WHERE actor = $1", name));
    }

    Task<Answer> AddAsync(string action, (string, string)[] headers) =>
        app.SendAsync(HttpMethod.Post, "/operator-actions", new { action }, headers);
}
