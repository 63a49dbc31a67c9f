using System.Globalization;
using System.Net;
using PaymentFlow.Tests.Fixtures;

namespace PaymentFlow.Tests.Integration.Orders;

/// <summary><c>GET /orders</c>: a merchant reads its orders page by page.</summary>
public sealed class OrderListTests(PaymentFlowApp host, OrdersApp app) : IClassFixture<OrdersApp>
{
    readonly Merchant _merchant = new(host, app);

    [Fact]
    public async Task Pages_have_every_order_once_newest_first_without_secrets_and_without_the_demo_shops()
    {
        List<string> created = [];
        for (var i = 0; i < 5; i++)
        {
            created.Insert(0, $"{(await _merchant.CreateAsync()).Order.Id}");
            await app.CreateAsync();
        }
        var from = await CreatedAtAsync(created[^1]);

        List<string> listed = [];
        string? next = null;
        do
        {
            var page = await ListAsync($"limit=2&from={from}{(next is null ? "" : $"&after={next}")}");
            var orders = page.Body!["orders"]!.AsArray();
            Assert.InRange(orders.Count, 1, 2);
            foreach (var order in orders)
            {
                listed.Add($"{order!["id"]}");
                Assert.Empty(order["items"]!.AsArray());
                Assert.Null(order["clientSecret"]);
                Assert.Null(order["customerEmail"]);
            }
            next = page["next"];
        }
        while (next is not null);

        // Other tests order, too.
        Assert.Equal(created, listed.Where(created.Contains));
        Assert.Equal(listed.Order(StringComparer.Ordinal).Reverse(), listed);
    }

    [Fact]
    public async Task Filters_apply_together()
    {
        var order = (await _merchant.CreateAsync()).Order;
        await app.PublishAsync(order.Payment(2));
        await app.UntilAsync("paid", "SELECT status FROM orders WHERE id = $1", order.Id);
        var at = await CreatedAtAsync($"{order.Id}");
        var afterwards = DateTimeOffset.Parse(at, CultureInfo.InvariantCulture).AddTicks(10).ToString("O", CultureInfo.InvariantCulture)
            .Replace("+", "%2B", StringComparison.Ordinal);

        foreach (var (query, isListed) in new[]
        {
            ($"reference={order.Reference}", true), ($"reference={order.Reference}&status=paid&from={at}", true),
            ($"reference={order.Reference}&status=refunded", false), ($"reference={order.Reference}&to={at}", false),
            ($"reference={order.Reference}&from={afterwards}", false), ($"status=paid&from={at}&to={afterwards}", true),
            ($"status=canceled&from={at}&to={afterwards}", false), ($"from={at}&to={afterwards}&after={order.Id}", false),
            ("reference=unknown", false),
        })
        {
            var page = await ListAsync(query);
            Assert.Equal((HttpStatusCode.OK, query, isListed), (page.Status, query,
                page.Body!["orders"]!.AsArray().Any(listed => $"{listed!["id"]}" == $"{order.Id}")));
        }
        var found = (await ListAsync($"reference={order.Reference}")).Body!["orders"]![0]!;
        Assert.Equal(("paid", "17"), ($"{found["status"]}", $"{found["metadata"]!["cart"]}"));
    }

    [Fact]
    public async Task A_rare_status_takes_several_pages_of_which_the_first_are_empty()
    {
        // More orders than a page looks at, created in a month of 2001.
        var first = Guid.CreateVersion7(new DateTimeOffset(2001, 1, 1, 0, 0, 0, TimeSpan.Zero));
        await app.QueryAsync<long>("""
            WITH added AS (
                INSERT INTO orders (id, reference, secret_hash, amount, currency, items, created_at, updated_at, status, description)
                SELECT (substr($1::text, 1, 13) || '-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid, 'rare-' || i, sha256('x'), 500, 'usd',
                    '[]', '2001-01-01', now(), CASE WHEN i = 0 THEN 'refunded' ELSE 'canceled' END,
                    'written past the API'
                FROM generate_series(0, 5000) AS i RETURNING id)
            SELECT count(*) FROM added
            """, first);
        const string Query = "status=refunded&from=2001-01-01T00:00:00Z&to=2001-02-01T00:00:00Z";

        var empty = await ListAsync(Query);
        var rest = await ListAsync($"{Query}&after={empty["next"]}");

        Assert.Empty(empty.Body!["orders"]!.AsArray());
        Assert.Equal("rare-0", $"{Assert.Single(rest.Body!["orders"]!.AsArray())!["reference"]}");
        Assert.Null(rest["next"]);
    }

    [Theory]
    [InlineData("limit=0", HttpStatusCode.UnprocessableEntity, "invalid_limit")]
    [InlineData("limit=101", HttpStatusCode.UnprocessableEntity, "invalid_limit")]
    [InlineData("status=open", HttpStatusCode.UnprocessableEntity, "invalid_filter")]
    [InlineData("from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z", HttpStatusCode.UnprocessableEntity, "invalid_filter")]
    [InlineData("reference=", HttpStatusCode.UnprocessableEntity, "invalid_reference")]
    [InlineData("reference=%00", HttpStatusCode.BadRequest, "malformed_request")]
    [InlineData("limit=many", HttpStatusCode.BadRequest, "malformed_request")]
    [InlineData("after=next", HttpStatusCode.BadRequest, "malformed_request")]
    [InlineData("from=yesterday", HttpStatusCode.BadRequest, "malformed_request")]
    [InlineData("from=0001-01-01T00:00:00Z&to=9999-12-31T23:59:59.9999999Z&limit=1", HttpStatusCode.OK, null)]
    [InlineData("", HttpStatusCode.OK, null)]
    public async Task A_wrong_value_is_refused(string query, HttpStatusCode status, string? code)
    {
        var answer = await ListAsync(query);
        Assert.Equal((status, code), (answer.Status, answer.Code));
    }

    Task<Payments.Answer> ListAsync(string query) => _merchant.SendAsync(HttpMethod.Get, $"/orders?{query}");

    async Task<string> CreatedAtAsync(string id) => await app.QueryAsync<string>(
        "SELECT to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') FROM orders WHERE id = $1", Guid.Parse(id));
}
