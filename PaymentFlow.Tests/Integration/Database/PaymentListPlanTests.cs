using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using PaymentFlow.PaymentApi.PaymentList;
using PaymentFlow.PaymentApi.Payments;
using PaymentFlow.Persistence.Database;
using PaymentFlow.Tests.Fixtures;
using PaymentFlow.Tests.Integration.Resilience;

namespace PaymentFlow.Tests.Integration.Database;

/// <summary>The list of payments reads no table as a whole, whatever it is filtered by: the planner finds an index.</summary>
public sealed class PaymentListPlanTests(PaymentFlowApp app) : IAsyncLifetime
{
    readonly ScratchDatabase _database = new(app.PaymentsDb, builder =>
    {
        builder.Services.AddSingleton(new PaymentTiming());
        builder.Services.AddSingleton<PaymentListStore>();
    });

    public async ValueTask InitializeAsync()
    {
        await _database.InitializeAsync();
        await _database.ExecuteAsync("""
            INSERT INTO payments (id, order_id, reference, amount, currency, status, payment_intent_id, attempt_id, created_at)
            SELECT ('0190' || lpad(to_hex(i), 4, '0') || '-0000-7000-8000-000000000000')::uuid, gen_random_uuid(), 'PF-' || md5(i::text),
                500 + i % 20000, CASE WHEN i < 20 THEN 'jpy' ELSE 'usd' END,
                CASE i % 1000 WHEN 1 THEN 'refunded' WHEN 2 THEN 'processing' WHEN 3 THEN 'failed' ELSE 'succeeded' END,
                'pi_' || i, gen_random_uuid(), now()
            FROM generate_series(1, 30000) AS i;
            INSERT INTO payment_descriptions (payment_id, description, words)
            SELECT id, reference, array_to_tsvector(ARRAY['mug', 'w' || amount]) FROM payments;
            INSERT INTO disputes (id, payment_id, amount, currency, reason, status, created_at)
            SELECT 'dp_' || id, id, amount, currency, 'fraudulent', 'lost', now() FROM payments WHERE amount % 5000 = 7;
            ANALYZE payment_descriptions, disputes
            """);
        // As autovacuum does: an index that has all columns of a filter is read without the rows.
        await _database.ExecuteAsync("VACUUM (ANALYZE) payments");
    }

    [Fact]
    public async Task Each_filter_and_search_uses_an_index()
    {
        var middle = Guid.Parse("01902000-0000-7000-8000-000000000000");
        PaymentFilter everything = new();
        foreach (var (filter, index) in new[]
        {
            (everything, "payments_pkey"),
            (everything with { Status = "succeeded" }, "payments_listed"),
            (everything with { Status = "refunded" }, "payments_ended"),
            (everything with { Status = "processing" }, "payments_open"),
            (everything with { UnknownOutcome = true }, "payments_open"),
            (everything with { Refunded = true }, "payments_ended"),
            (everything with { Disputed = true }, "disputes_payment"),
            (everything with { Currency = "jpy" }, "payments_listed"),
            (everything with { Currency = "chf", MinAmount = 1, MaxAmount = 2 }, "payments_listed"),
            (everything with { Orders = [middle] }, "payments_order_id_key"),
            (everything with { From = DateTimeOffset.UnixEpoch, To = DateTimeOffset.UnixEpoch.AddYears(60) }, "payments_pkey"),
            (everything with { Search = PaymentSearch.Of("PF-0a1b") }, "payments_reference"),
            (everything with { Search = PaymentSearch.Of("pi_17") }, "payments_payment_intent_id_key"),
            (everything with { Search = PaymentSearch.Of($"{middle}") }, "payments_order_id_key"),
            (everything with { Search = PaymentSearch.Of("mug w501") }, "payment_descriptions_words"),
        })
        {
            foreach (var after in (Guid?[])[null, middle])
            {
                var plan = await PlanAsync(filter, after);
                Assert.True(
                    plan.Contains(index, StringComparison.Ordinal) && !plan.Contains("Seq Scan", StringComparison.Ordinal),
                    $"{filter} after {after} does not use {index}:\n{plan}");
            }
        }
    }

    [Fact]
    public async Task A_count_is_exact_as_long_as_it_can_be_and_then_an_estimate_of_the_right_size()
    {
        var store = _database.Services.GetRequiredService<PaymentListStore>();
        var exact = await CountAsync(new() { Currency = "jpy" });
        var rare = await CountAsync(new() { Search = PaymentSearch.Of("w20499") });
        var all = await CountAsync(new());
        var common = await CountAsync(new() { Search = PaymentSearch.Of("mug") });

        Assert.Equal((19, false), exact);
        Assert.Equal((1, false), rare);
        Assert.Equal((true, true), (all.IsEstimate, common.IsEstimate));
        Assert.InRange(all.Total ?? 0, 25_000, 35_000);
        Assert.InRange(common.Total ?? 0, 25_000, 35_000);

        async Task<(long? Total, bool? IsEstimate)> CountAsync(PaymentFilter filter)
        {
            var page = await store.FirstAsync(filter, 50, TestContext.Current.CancellationToken);
            return (page.Total, page.TotalIsEstimate);
        }
    }

    async Task<string> PlanAsync(PaymentFilter filter, Guid? after)
    {
        var store = _database.Services.GetRequiredService<PaymentListStore>();
        await using var batch = _database.Source.CreateBatch();
        batch.BatchCommands.Add(IndexScans.PreferForValues());
        var page = store.PageCommand(filter, after, 51, after is null ? PaymentListStore.MaxCounted + 1 : 51);
        page.CommandText = $"EXPLAIN {page.CommandText}";
        batch.BatchCommands.Add(page);
        await using var row = await batch.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        await row.NextResultAsync(TestContext.Current.CancellationToken);
        List<string> lines = [];
        while (await row.ReadAsync(TestContext.Current.CancellationToken)) lines.Add(row.GetString(0));
        return string.Join('\n', lines);
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();
}
