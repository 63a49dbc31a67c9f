using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using PaymentFlow.Tests.Fixtures;
using PaymentFlow.Tests.Integration.Payments;

namespace PaymentFlow.Tests.Integration.Statistics;

/// <summary>
/// <c>GET /statistics/payments</c> and <c>GET /statistics/screens</c> after payments through the APIs. No other test uses this currency.
/// </summary>
public sealed class PaymentOverviewTests(PaymentFlowApp app) : IDisposable
{
    const string Currency = "wst";

    readonly HttpClient _http = new();

    static DateTimeOffset Today => new(TimeProvider.System.GetUtcNow().UtcDateTime.Date, TimeSpan.Zero);

    [Fact]
    public async Task Payments_declines_refunds_and_cancellations_are_counted_as_the_api_describes()
    {
        BackOffice office = new(app.App);
        var declinedOnce = await Customer.OfMerchantAsync(app, $"shop-{Guid.CreateVersion7()}", 1_000, Currency);
        await declinedOnce.PayAsync("pm_card_visa_chargeDeclinedInsufficientFunds");
        var paid = await declinedOnce.PayAsync();
        Assert.Equal("succeeded", paid["status"]);
        await office.RefundAsync(Guid.Parse(paid["paymentId"]!), 300);
        await (await Customer.OfMerchantAsync(app, $"shop-{Guid.CreateVersion7()}", 2_000, Currency)).PayAsync();
        var declined = await Customer.OfMerchantAsync(app, $"shop-{Guid.CreateVersion7()}", 4_000, Currency);
        await declined.PayAsync("pm_card_visa_chargeDeclined");
        var canceled = await Customer.OfMerchantAsync(app, $"shop-{Guid.CreateVersion7()}", 8_000, Currency);
        await canceled.PayAsync("pm_card_visa_chargeDeclinedInsufficientFunds");
        await canceled.CancelAsync();
        // Never tried, so not counted.
        await (await Customer.OfMerchantAsync(app, $"shop-{Guid.CreateVersion7()}", 16_000, Currency)).CancelAsync();

        // The day of the payments in Kiritimati may be another one than in UTC.
        var end = Today.AddDays(2);
        var overview = await GetAsync(app.PaymentApi, "/statistics/payments", end.AddDays(-3), end,
            $"&currency={Currency}&interval=day&timeZone=Pacific/Kiritimati");

        Assert.Equal(HttpStatusCode.OK, overview.Status);
        var currency = Assert.Single(overview.Body!["currencies"]!.AsArray())!;
        var totals = currency["totals"]!;
        Assert.Equal(
            (3_000, 300, 2_700, 2, 3, 4, 2, 1, 1, 0),
            (Of(totals, "gross"), Of(totals, "refunded"), Of(totals, "net"), Of(totals, "paid"), Of(totals, "declined"),
                Of(totals, "payments"), Of(totals, "succeeded"), Of(totals, "failed"), Of(totals, "canceled"), Of(totals, "open")));
        Assert.Equal((0.5, 0.4), (totals["successRate"]!.GetValue<double>(), totals["attemptSuccessRate"]!.GetValue<double>()));
        Assert.Equal(
            [("insufficient_funds", 2L), ("generic_decline", 1L)],
            currency["declines"]!.AsArray().Select(decline => (decline!["reason"]!.GetValue<string>(), Of(decline, "count"))));
        Assert.Equal(0, Of(currency["previous"]!, "gross"));
        var buckets = currency["buckets"]!.AsArray();
        // The range begins and ends inside a day.
        Assert.Equal(4, buckets.Count);
        Assert.Equal(3_000, buckets.Sum(bucket => Of(bucket!["totals"]!, "gross")));

        // As the previous range.
        var later = await GetAsync(app.PaymentApi, "/statistics/payments", end, end.AddDays(3), $"&currency={Currency}&interval=hour");
        currency = Assert.Single(later.Body!["currencies"]!.AsArray())!;
        Assert.Equal((0, 3_000), (Of(currency["totals"]!, "gross"), Of(currency["previous"]!, "gross")));
        Assert.Equal(72, currency["buckets"]!.AsArray().Count);
    }

    [Fact]
    public async Task A_paid_order_counts_as_shown_if_it_was_on_a_screen_and_has_a_time()
    {
        var from = Today.AddDays(-1);
        var before = await TotalsAsync();
        var watched = await Customer.OrdersAsync(app);
        using (var live = await watched.WatchAsync())
        {
            await watched.PayAsync();
            await live.UntilAsync("paid");
        }
        await (await Customer.OrdersAsync(app)).PayAsync();

        await Eventually.TrueAsync(async () =>
        {
            var totals = await TotalsAsync();
            return Of(totals, "shown") > Of(before, "shown") && Of(totals, "neverShown") > Of(before, "neverShown")
                && totals["medianMs"]!.GetValue<double>() is var median && median > 0 && median <= totals["p99Ms"]!.GetValue<double>()
                && Of(totals, "paid") == Of(totals, "shown") + Of(totals, "shownLater") + Of(totals, "neverShown");
        });

        async Task<JsonNode> TotalsAsync() =>
            (await GetAsync(app.OrderService, "/statistics/screens", from, from.AddDays(3), "")).Body!["totals"]!;
    }

    [Theory]
    [InlineData("from=2026-11-01T00:00Z", HttpStatusCode.BadRequest, "malformed_request")]
    [InlineData("from=yesterday&to=2026-11-02T00:00Z", HttpStatusCode.BadRequest, "malformed_request")]
    [InlineData("from=2026-11-02T00:00Z&to=2026-11-01T00:00Z", HttpStatusCode.UnprocessableEntity, "invalid_filter")]
    [InlineData("from=2026-11-01T00:01Z&to=2026-11-02T00:00Z", HttpStatusCode.UnprocessableEntity, "invalid_filter")]
    [InlineData("from=2026-11-01T00:00Z&to=2026-11-02T00:00Z&interval=week", HttpStatusCode.UnprocessableEntity, "invalid_filter")]
    [InlineData("from=2026-01-01T00:00Z&to=2026-11-02T00:00Z&interval=hour", HttpStatusCode.UnprocessableEntity, "invalid_filter")]
    [InlineData("from=2026-11-01T00:00Z&to=2026-11-02T00:00Z&timeZone=Mars/Base", HttpStatusCode.UnprocessableEntity, "invalid_filter")]
    [InlineData("from=2026-11-01T00:00Z&to=2026-11-02T00:00Z&currency=xxx", HttpStatusCode.UnprocessableEntity, "invalid_filter")]
    public async Task A_wrong_range_is_refused(string query, HttpStatusCode status, string code)
    {
        var answer = await GetAsync(new Uri(app.PaymentApi, $"/statistics/payments?{query}"));
        Assert.Equal((status, code), (answer.Status, answer.Code));
    }

    Task<Answer> GetAsync(Uri service, string path, DateTimeOffset from, DateTimeOffset to, string more) => GetAsync(new Uri(service,
        string.Create(CultureInfo.InvariantCulture, $"{path}?from={from:yyyy-MM-ddTHH:mmZ}&to={to:yyyy-MM-ddTHH:mmZ}{more}")));

    async Task<Answer> GetAsync(Uri address)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, address);
        request.Headers.Add("X-Operator-Key", app.OperatorKey);
        return await Answer.OfAsync(await _http.SendAsync(request, TestContext.Current.CancellationToken));
    }

    static long Of(JsonNode counts, string name) => counts[name]!.GetValue<long>();

    public void Dispose() => _http.Dispose();
}
