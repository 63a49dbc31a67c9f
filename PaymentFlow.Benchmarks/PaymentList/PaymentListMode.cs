using System.Diagnostics;
using System.Globalization;
using PaymentFlow.Benchmarks.World;
using PaymentFlow.Contracts;
using PaymentFlow.Testing.Measuring;

namespace PaymentFlow.Benchmarks.PaymentList;

/// <summary>How long an operator waits for the list of payments, by HTTP, one request at a time.</summary>
static class PaymentListMode
{
    public static Mode Mode { get; } = new("payment-list",
        "The list of payments with a million of them: the first and the last page, each filter, and each kind of search.",
        new Dictionary<string, string> { ["rows"] = "1000000", ["requests"] = "60", ["warm-up"] = "5" }, MeasureAsync);

    static async Task<Report> MeasureAsync(Options options)
    {
        var (rows, requests, repeats) = (options.Number("rows"), options.Number("requests"), options.Number("repeats"));
        await using var world = await BenchmarkWorld.StartAsync(WorldOptions.From(options));
        Progress.Say($"writing {rows:N0} payments");
        await ListedPayments.AddAsync(world, rows);
        var queries = await QueriesAsync(world);
        Progress.Say("warming up");
        var started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < options.Seconds("warm-up"))
            foreach (var (_, query) in queries) await GetAsync(world, query);
        Measurements measurements = new();
        for (var repeat = 1; repeat <= repeats; repeat++)
        {
            foreach (var (name, query) in queries)
            {
                Progress.Say($"{name}, {repeat} of {repeats}");
                Latencies latencies = new();
                for (var i = 0; i < requests; i++)
                {
                    var sent = Stopwatch.GetTimestamp();
                    await GetAsync(world, query);
                    latencies.Record(Stopwatch.GetElapsedTime(sent));
                }
                foreach (var percentile in (double[])[50, 95])
                    measurements.Add($"{name}, p{percentile:0}", latencies.Milliseconds(percentile), "ms");
            }
        }
        return new Report(Mode.Name, await world.SettingsAsync(options), measurements.Rows());
    }

    /// <summary>Each page has 50 payments, and each but the pages after the first has a count.</summary>
    static async Task<IReadOnlyList<(string Name, string Query)>> QueriesAsync(BenchmarkWorld world)
    {
        await using var command = world.PaymentsDb.CreateCommand(
            "SELECT id, order_id, reference, payment_intent_id FROM payments ORDER BY id OFFSET 50 LIMIT 1");
        await using var row = await command.ExecuteReaderAsync();
        await row.ReadAsync();
        var (id, order, reference, intent) = (row.GetGuid(0), row.GetGuid(1), row.GetString(2), row.GetString(3));
        var month = TimeProvider.System.GetUtcNow().UtcDateTime.AddDays(-45).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        return
        [
            ("first page, about 1,000,000", ""),
            ("last page", $"after={id}"),
            ("status succeeded", "status=succeeded"),
            ("status failed", "status=failed"),
            ("status refunded", "status=refunded"),
            ("status processing", "status=processing"),
            ("unknown outcome", "unknownOutcome=true"),
            ("refunded", "refunded=true"),
            ("disputed", "disputed=true"),
            ("one day", $"from={month}&to={month}T23:59:59Z"),
            ("currency of each tenth", "currency=eur"),
            ("currency of the oldest 200 only", "currency=jpy"),
            ("currency without a payment", "currency=chf"),
            ("amounts of each tenth", "minAmount=1000&maxAmount=3000"),
            ("one amount, 50 payments", "minAmount=777&maxAmount=777"),
            ("amounts without a payment", "minAmount=50000"),
            ("status, currency, amounts and time together", $"status=failed&currency=usd&minAmount=1000&maxAmount=3000&from={month}"),
            ("search: order id", $"q={order}"),
            ("search: payment id", $"q={id}"),
            ("search: PaymentIntent", $"q={intent}"),
            ("search: reference", $"q={reference}"),
            ("search: beginning of a reference, 1 of 4,096", $"q={reference[..6]}"),
            ("search: beginning of all references", "q=PF-"),
            ("search: word of each fourth payment", "q=mug"),
            ("search: beginning of a word of each", "q=ite"),
            ("search: two words, 250 payments", "q=mug n500"),
            ("search: word of the oldest 50 only", "q=antique"),
            ("search: word of the oldest 30 %", "q=winter"),
            ("search: nothing", "q=nowhere"),
        ];
    }

    static async Task GetAsync(BenchmarkWorld world, string query)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, new Uri(world.PaymentApi, $"/payments?{query}"));
        request.Headers.Add(RequestHeaders.OperatorKey, BenchmarkWorld.OperatorKey);
        using var response = await LoadClient.Http.SendAsync(request);
        var body = await response.Content.ReadAsStringAsync();
        if (!response.IsSuccessStatusCode) throw new InvalidOperationException($"{query}: {(int)response.StatusCode} {body}");
    }
}
