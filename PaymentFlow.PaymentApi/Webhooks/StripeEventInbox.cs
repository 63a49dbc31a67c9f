using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using Npgsql;
using PaymentFlow.Persistence.Database;
using Stripe;

namespace PaymentFlow.PaymentApi.Webhooks;

/// <summary>
/// Selects the Stripe events that concern us and stores them, once per id, whether they come from a webhook or from List Events. The
/// worker applies them in the background.
/// </summary>
public sealed partial class StripeEventInbox(NpgsqlDataSource dataSource, StripeEventWorker worker)
{
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

    /// <summary>Returns when the event is stored, or is found not to be ours.</summary>
    /// <returns>True when this call stored the event.</returns>
    public async Task<bool> TakeAsync(Event stripeEvent, CancellationToken cancellationToken)
    {
        // A refund or a dispute has none of our metadata, but its PaymentIntent has long been stored by then.
        const string Sql = """
            INSERT INTO stripe_events (id, type, object_id)
            SELECT $1, $2, $3 WHERE $4 OR EXISTS (SELECT FROM payments WHERE payment_intent_id = $3)
            ON CONFLICT DO NOTHING
            """;
        if (!Types.Contains(stripeEvent.Type)) return false;
        if (IntentOf(stripeEvent) is not var (intentId, ours)) return false;
        await using var command = dataSource.CreateCommand(Sql)
            .With(stripeEvent.Id).With(stripeEvent.Type).With(intentId).With(ours);
        if (await command.ExecuteNonQueryAsync(cancellationToken) == 0) return false;
        worker.Notice(intentId);
        return true;
    }

    /// <summary>The event's PaymentIntent, and whether its metadata shows that it is ours; null for any other object.</summary>
    public static (string Id, bool Ours)? IntentOf(Event stripeEvent) => stripeEvent.Data?.Object switch
    {
        PaymentIntent intent => (intent.Id, intent.Metadata?.ContainsKey(Stripe.MetadataKeys.PaymentId) == true),
        Charge { PaymentIntentId: { } id } => (id, false),
        Refund { PaymentIntentId: { } id } => (id, false),
        Dispute { PaymentIntentId: { } id } => (id, false),
        _ => null,
    };

    /// <summary>Whether the text has the form of an id or a type of Stripe's, so that it can be stored, looked up and logged.</summary>
    public static bool IsName([NotNullWhen(true)] string? text) => text is not null && Name().IsMatch(text);

    // Stripe's ids have at most 255 characters: https://docs.stripe.com/upgrades
    [GeneratedRegex(@"^[A-Za-z0-9_.-]{1,255}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Name();
}
