using System.Text.Json;
using Npgsql;
using PaymentFlow.PaymentApi.Payments;
using PaymentFlow.PaymentApi.Stripe;
using PaymentFlow.Persistence.Database;

namespace PaymentFlow.PaymentApi.PaymentList;

/// <summary>Reads the list of payments, newest first.</summary>
sealed class PaymentListStore(NpgsqlDataSource dataSource, PaymentTiming timing, TimeProvider time)
{
    /// <summary>Up to this number the matching payments are counted. Beyond it, their number is estimated.</summary>
    public const int MaxCounted = 10_000;

    /// <summary>How many of the newest descriptions are searched for words before the index is.</summary>
    const int Window = 10_000;

    /// <summary>The first page of the payments that match, and their number.</summary>
    public async Task<PaymentPage> FirstAsync(PaymentFilter filter, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var (payments, next, counted, newest) = await ReadAsync(connection, filter, null, limit, MaxCounted + 1, cancellationToken);
        // If a page of payments with the words is among the newest descriptions, older ones were not looked at.
        var isComplete = counted <= MaxCounted && newest <= limit;
        var estimate = isComplete ? null : await EstimateAsync(connection, filter, counted, newest, cancellationToken);
        return new PaymentPage(payments, next, estimate ?? counted, TotalIsEstimate: estimate is not null);
    }

    /// <summary>A further page, and its end; null if no more follow.</summary>
    /// <param name="after">The end of the previous page; null for the first.</param>
    public async Task<(IReadOnlyList<ListedPayment> Payments, Guid? Next)> NextAsync(
        PaymentFilter filter, Guid? after, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var (payments, next, _, _) = await ReadAsync(connection, filter, after, limit, limit + 1, cancellationToken);
        return (payments, next);
    }

    /// <summary>The statement that reads a page. For the test of its plan, too.</summary>
    /// <param name="depth">How many payments to count at most.</param>
    internal NpgsqlBatchCommand PageCommand(PaymentFilter filter, Guid? after, int limit, int depth) =>
        With(new NpgsqlBatchCommand(PaymentListSql.Page(filter)), filter, after).With("limit", limit).With("depth", depth);

    async Task<(IReadOnlyList<ListedPayment> Payments, Guid? Next, long Counted, long Newest)> ReadAsync(
        NpgsqlConnection connection, PaymentFilter filter, Guid? after, int limit, int depth, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(IndexScans.PreferForValues());
        // Read one more to see whether there is a next page.
        batch.BatchCommands.Add(PageCommand(filter, after, limit + 1, depth));
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        await row.NextResultAsync(cancellationToken);
        List<ListedPayment> payments = [];
        var (counted, newest) = (0L, 0L);
        while (await row.ReadAsync(cancellationToken))
        {
            payments.Add(Read(row));
            (counted, newest) = (row.GetInt64(16), row.GetInt64(17));
        }
        return payments.Count > limit
            ? (payments[..limit], payments[limit - 1].Id, counted, newest)
            : (payments, null, counted, newest);
    }

    /// <summary>
    /// An estimate from the plan and from the words' share of the newest descriptions. Null if the payments were counted after all, because
    /// there are no older descriptions.
    /// </summary>
    async Task<long?> EstimateAsync(
        NpgsqlConnection connection, PaymentFilter filter, long counted, long newest, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(IndexScans.PreferForValues());
        batch.BatchCommands.Add(With(new NpgsqlBatchCommand(PaymentListSql.Estimate(filter)), filter, null));
        batch.BatchCommands.Add(new NpgsqlBatchCommand("""
            SELECT greatest(reltuples, 0)::bigint, EXISTS (SELECT FROM payment_descriptions ORDER BY payment_id DESC OFFSET $1)
            FROM pg_class WHERE oid = 'payment_descriptions'::regclass
            """).With(Window));
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        await row.NextResultAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        using var plan = JsonDocument.Parse(row.GetString(0));
        await row.NextResultAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        if (counted <= MaxCounted && !row.GetBoolean(1)) return null;
        var planned = plan.RootElement[0].GetProperty("Plan").GetProperty("Plan Rows").GetInt64();
        return Math.Max(counted, planned + newest * row.GetInt64(0) / Window);
    }

    NpgsqlBatchCommand With(NpgsqlBatchCommand command, PaymentFilter filter, Guid? after)
    {
        var to = TimeOrderedIds.End(filter.To);
        command.With("from", TimeOrderedIds.Smallest(filter.From)).With("to", after < to ? after.Value : to)
            .With("status", filter.Status)
            .With("currency", filter.Currency)
            .With("minAmount", filter.MinAmount)
            .With("maxAmount", filter.MaxAmount)
            .With("refunded", filter.Refunded)
            .With("unknown", filter.UnknownOutcome)
            .With("overdue", time.GetUtcNow() - timing.FirstCheck)
            .With("orders", filter.Orders?.ToArray());
        if (filter.Search is not { } search) return command;
        command.With("id", search.Id).With("intent", search.PaymentIntent)
            .With("reference", search.Reference).With("upperReference", search.UpperReference);
        return search.Words is null ? command : command.With("words", search.Words).With("window", Window);
    }

    static ListedPayment Read(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetGuid(1), row.Text(2), row.Text(3), row.GetInt64(4), row.GetInt64(5), row.GetString(6), row.GetString(7),
        row.GetBoolean(8), row.GetBoolean(9), row.Text(10) is { } brand ? new PaymentMethodSummary(brand, row.Text(11)) : null,
        row.GetInt32(12), row.GetDateTime(13), row.GetDateTime(14), row.Text(15));
}
