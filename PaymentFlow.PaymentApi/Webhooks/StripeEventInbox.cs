using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using Npgsql;
using OpenTelemetry;
using PaymentFlow.Persistence.Database;
using Stripe;

namespace PaymentFlow.PaymentApi.Webhooks;

/// <summary>
/// Selects the Stripe events that concern us and stores them, once per id, whether they come from a webhook or from List Events. Those that
/// bring no news are done with that. The worker applies the others in the background.
/// </summary>
public sealed partial class StripeEventInbox(NpgsqlDataSource dataSource, StripeEventWorker worker, TimeProvider time)
{
    // Most webhooks concern a payment whose own call is about to store the outcome. After this time they bring no news.
    static readonly TimeSpan GatheringTime = TimeSpan.FromMilliseconds(100);
    const int MostAtOnce = 500;

    readonly Lock _lock = new();
    List<StripeEvent> _gathered = [];
    Task _stored = Task.CompletedTask;

    /// <summary>
    /// The event types that can change a payment. List Events is read for these types, and only webhooks of these types are stored. Any
    /// other type (<c>payment_intent.created</c>, <c>charge.succeeded</c>…) adds nothing to them.
    /// </summary>
    public static readonly IReadOnlySet<string> Types = new HashSet<string>
    {
        EventTypes.PaymentIntentSucceeded, EventTypes.PaymentIntentPaymentFailed, EventTypes.PaymentIntentCanceled,
        EventTypes.PaymentIntentProcessing, EventTypes.PaymentIntentRequiresAction,
        EventTypes.ChargeRefunded, EventTypes.RefundCreated, EventTypes.RefundUpdated, EventTypes.RefundFailed,
        EventTypes.ChargeDisputeCreated, EventTypes.ChargeDisputeUpdated, EventTypes.ChargeDisputeClosed,
    };

    /// <summary>
    /// Returns when the event is stored, or is found not to be ours. It waits for other events first; one statement stores them all.
    /// </summary>
    public Task TakeAsync(StripeEvent stripeEvent, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_gathered.Count is 0 or MostAtOnce)
            {
                _gathered = [];
                _stored = StoreSoonAsync(_gathered);
            }
            _gathered.Add(stripeEvent);
            return _stored.WaitAsync(cancellationToken);
        }
    }

    async Task StoreSoonAsync(List<StripeEvent> gathering)
    {
        // A batch contains events of many payments, so it belongs to none of their traces.
        using var untraced = SuppressInstrumentationScope.Begin();
        await Task.Delay(GatheringTime, time);
        lock (_lock)
        {
            if (_gathered == gathering) _gathered = [];
        }
        await StoreAsync(gathering, CancellationToken.None);
    }

    /// <summary>Stores those of the events that are ours and not stored yet.</summary>
    /// <returns>How many were stored.</returns>
    public async Task<int> StoreAsync(IReadOnlyCollection<StripeEvent> events, CancellationToken cancellationToken)
    {
        // A refund or a dispute has none of our metadata, but its PaymentIntent has long been stored by then. An event of a PaymentIntent
        // cannot change a paid payment; refunds and disputes have their own types. Sorted, so that two replicas cannot deadlock.
        const string Sql = """
            INSERT INTO stripe_events (id, type, object_id, processed_at)
            SELECT e.id, e.type, e.object_id, CASE
                WHEN e.type LIKE 'payment\_intent.%' AND p.status IN ('succeeded', 'partially_refunded', 'refunded') THEN now() END
            FROM unnest($1, $2, $3, $4) AS e (id, type, object_id, is_ours) LEFT JOIN payments p ON p.payment_intent_id = e.object_id
            WHERE e.is_ours OR p.id IS NOT NULL
            ORDER BY e.id
            ON CONFLICT DO NOTHING
            RETURNING object_id, processed_at IS NULL
            """;
        var known = events.Where(stripeEvent => Types.Contains(stripeEvent.Type) && stripeEvent.IntentId is not null).ToList();
        if (known.Count == 0) return 0;
        await using var batch = dataSource.CreateBatch();
        batch.BatchCommands.Add(IndexScans.PreferByIds());
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Sql)
            .With(known.Select(stripeEvent => stripeEvent.Id).ToArray())
            .With(known.Select(stripeEvent => stripeEvent.Type).ToArray())
            .With(known.Select(stripeEvent => stripeEvent.IntentId!).ToArray())
            .With(known.Select(stripeEvent => stripeEvent.IsOurs).ToArray()));
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        await rows.NextResultAsync(cancellationToken);
        var stored = 0;
        HashSet<string> withNews = [];
        for (; await rows.ReadAsync(cancellationToken); stored++)
            if (rows.GetBoolean(1)) withNews.Add(rows.GetString(0));
        foreach (var intentId in withNews) worker.Notice(intentId);
        return stored;
    }

    /// <summary>Whether the text has the form of an id or a type of Stripe's, so that it can be stored, looked up and logged.</summary>
    public static bool IsName([NotNullWhen(true)] string? text) => text is not null && Name().IsMatch(text);

    // Stripe's ids have at most 255 characters: https://docs.stripe.com/upgrades
    [GeneratedRegex(@"^[A-Za-z0-9_.-]{1,255}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Name();
}
