using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using PaymentFlow.Tests.Fixtures;

namespace PaymentFlow.Tests.Integration.Payments;

/// <summary><c>GET /payments</c> and <c>GET /payments/export</c>.</summary>
public sealed class PaymentListTests(PaymentFlowApp app)
{
    // No other test uses this currency.
    const string Currency = "nok";

    readonly string _word = $"w{RandomNumberGenerator.GetHexString(31, lowercase: true)}";

    BackOffice Anna => new(app.App, _word);

    [Fact]
    public async Task A_payment_is_listed_with_what_people_recognize_and_found_by_each_filter_and_search()
    {
        var customer = await Customer.OfMerchantAsync(app, $"List-{_word}", 123_45, Currency, $"Кружка «Север», {_word}");
        await customer.PayAsync("pm_card_visa_chargeDeclinedInsufficientFunds");
        var declined = await OneAsync($"q={_word}");
        var id = (await customer.PayAsync("pm_card_mastercard"))["paymentId"]!;
        var paid = await OneAsync($"q={_word}");

        Assert.Equal(("failed", "visa", "1"), ($"{declined["status"]}", $"{declined["method"]!["brand"]}", $"{declined["attempts"]}"));
        Assert.Equal(
            ($"{customer.OrderId}", $"List-{_word}", $"Кружка «Север», {_word}", "12345", "0", Currency, "succeeded", "False", "False",
                "2"),
            ($"{paid["orderId"]}", $"{paid["reference"]}", $"{paid["description"]}", $"{paid["amount"]}", $"{paid["amountRefunded"]}",
                $"{paid["currency"]}", $"{paid["status"]}", Flag(paid, "unknownOutcome"), Flag(paid, "disputed"), $"{paid["attempts"]}"));
        Assert.Equal(("mastercard", "4444"), ($"{paid["method"]!["brand"]}", $"{paid["method"]!["last4"]}"));
        var created = paid["createdAt"]!.GetValue<DateTimeOffset>();
        var (before, after) = (Time(created.AddMinutes(-1)), Time(created.AddMinutes(1)));
        foreach (var (query, isListed) in new[]
        {
            ("status=succeeded", true), ("status=failed", false), ($"currency={Currency.ToUpperInvariant()}", true),
            ("currency=usd", false), ($"from={before}&to={after}", true), ($"to={before}", false), ($"from={after}", false),
            ("minAmount=12345&maxAmount=12345", true), ("minAmount=12346", false), ("maxAmount=12344", false),
            ("unknownOutcome=true", false), ("unknownOutcome=false", true), ("refunded=true", false), ("refunded=false", true),
            ("disputed=true", false), ("disputed=false", true), ($"orderId={Guid.CreateVersion7()}&orderId={customer.OrderId}", true),
            ($"orderId={Guid.CreateVersion7()}", false), ($"after={id}", false), ("status=succeeded&currency=usd", false),
        })
        {
            Assert.Equal((query, isListed), (query, (await ListAsync($"{query}&q={_word}")).Count == 1));
        }
        foreach (var search in new[]
        {
            $"{customer.OrderId}", id, $"{paid["paymentIntent"]}", $"List-{_word}", $"List-{_word[..20]}", $" {_word} ",
            $"КРУЖ {_word[..12]}", $"{_word}, север",
        })
        {
            Assert.Equal((search, id), (search, $"{(await OneAsync($"q={Uri.EscapeDataString(search)}"))["id"]}"));
        }
        foreach (var search in new[] { $"{_word} зима", "List-%", "List_" + _word, $"{Guid.CreateVersion7()}", "pi_unknown", "'\\&:*" })
            Assert.Equal((search, 0), (search, (await ListAsync($"q={Uri.EscapeDataString(search)}")).Count));

        await Anna.RefundAsync(Guid.Parse(id), 45);
        Assert.Equal("45", $"{(await OneAsync($"q={_word}&refunded=true&status=partially_refunded"))["amountRefunded"]}");
        Assert.Equal(HttpStatusCode.NoContent, (await Anna.SendAsync(HttpMethod.Delete, $"/payments/{id}/personal-data")).Status);
        Assert.Empty(await ListAsync($"q={_word}"));
        Assert.Null((await OneAsync($"q=List-{_word}"))["description"]);
    }

    [Fact]
    public async Task Pages_have_every_payment_once_newest_first_and_the_first_counts_them()
    {
        List<string> made = [];
        for (var i = 0; i < 5; i++)
            made.Insert(0, (await (await Customer.OfMerchantAsync(app, $"{_word}-{i}", 100 + i, "usd")).PayAsync())["paymentId"]!);

        List<string> listed = [];
        List<string> totals = [];
        string? next = null;
        do
        {
            var page = await Anna.SendAsync(HttpMethod.Get, $"/payments?q={_word}&limit=2{(next is null ? "" : $"&after={next}")}");
            listed.AddRange(page.Body!["payments"]!.AsArray().Select(payment => $"{payment!["id"]}"));
            totals.Add($"{page["total"]} {page["totalIsEstimate"]}");
            next = page["next"];
        }
        while (next is not null);

        Assert.Equal(made, listed);
        Assert.Equal(["5 false", " ", " "], totals);
    }

    [Fact]
    public async Task The_export_has_the_filtered_payments_defuses_formulas_and_is_recorded()
    {
        var formula = await Customer.OfMerchantAsync(
            app, $"+{_word}", 1000, "jpy", $"=HYPERLINK(\"http://evil.example\", \"{_word}\"), ещё");
        await formula.PayAsync();
        var plain = await Customer.OfMerchantAsync(app, $"{_word}-2", 123_45, "usd");
        var paid = await plain.PayAsync();
        await Anna.RefundAsync(Guid.Parse(paid["paymentId"]!), 5);

        using HttpRequestMessage request = new(HttpMethod.Get, new Uri(app.PaymentApi, $"/payments/export?q={_word}"));
        request.Headers.Add("X-Operator-Key", app.OperatorKey);
        request.Headers.Add("X-Operator-Name", _word);
        using HttpClient http = new();
        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        var bytes = await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);

        Assert.Equal("text/csv; charset=utf-8", $"{response.Content.Headers.ContentType}");
        Assert.Matches(@"^attachment; filename=payments-\d{4}-\d\d-\d\d\.csv", $"{response.Content.Headers.ContentDisposition}");
        Assert.Equal(Encoding.UTF8.Preamble.ToArray(), bytes[..3]);
        var rows = CsvRows.Read(Encoding.UTF8.GetString(bytes[3..]));
        Assert.Equal(2, rows.Count);
        var (first, second) = (rows[1], rows[0]);
        Assert.DoesNotContain(first.Values, cell => cell is ['=' or '+' or '-' or '@', ..]);
        // The reference is not in the description's words, so this row was found by both.
        Assert.Equal(
            ($"'=HYPERLINK(\"http://evil.example\", \"{_word}\"), ещё", $"'+{_word}", "JPY", "1000", "1000", "visa", "4242"),
            (first["description"], first["reference"], first["currency"], first["amount"], first["amount_minor_units"], first["method"],
                first["last4"]));
        Assert.Equal(
            ("", $"{_word}-2", "partially_refunded", "123.45", "12345", "0.05", "5", paid["paymentId"], "1"),
            (second["description"], second["reference"], second["status"], second["amount"], second["amount_minor_units"],
                second["refunded"], second["refunded_minor_units"], second["payment_id"], second["attempts"]));
        var recorded = Assert.Single(
            (await Anna.ActionsAsync()).Body!["actions"]!.AsArray(),
            action => ($"{action!["actor"]}", $"{action["action"]}") == (_word, "payments.export"))!;
        Assert.Equal("payments", $"{recorded["target"]}");
        Assert.Equal($$"""{"q":"{{_word}}"}""", recorded["details"]!.ToJsonString());
    }

    [Theory]
    [InlineData("status=paid", 422, "invalid_filter")]
    [InlineData("currency=xxx", 422, "invalid_filter")]
    [InlineData("from=2026-01-02&to=2026-01-01", 422, "invalid_filter")]
    [InlineData("minAmount=2&maxAmount=1", 422, "invalid_filter")]
    [InlineData("limit=0", 422, "invalid_limit")]
    [InlineData("limit=101", 422, "invalid_limit")]
    [InlineData("minAmount=9999999999999999999", 400, "malformed_request")]
    [InlineData("after=1", 400, "malformed_request")]
    [InlineData("refunded=yes", 400, "malformed_request")]
    public async Task A_wrong_filter_is_refused(string query, int status, string code)
    {
        var refused = await Anna.SendAsync(HttpMethod.Get, $"/payments?{query}");
        Assert.Equal((status, code), ((int)refused.Status, refused.Code));
    }

    async Task<JsonArray> ListAsync(string query)
    {
        var answer = await Anna.SendAsync(HttpMethod.Get, $"/payments?{query}");
        Assert.Equal((HttpStatusCode.OK, query), (answer.Status, query));
        return answer.Body!["payments"]!.AsArray();
    }

    async Task<JsonNode> OneAsync(string query) => Assert.Single(await ListAsync(query))!;

    static string Flag(JsonNode payment, string name) => $"{payment[name]!.GetValue<bool>()}";

    static string Time(DateTimeOffset at) => Uri.EscapeDataString(at.ToString("O", CultureInfo.InvariantCulture));
}
