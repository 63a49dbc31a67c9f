using PaymentFlow.StripeSandbox.Api;
using PaymentFlow.StripeSandbox.Events;
using PaymentFlow.StripeSandbox.Ledger;
using PaymentFlow.StripeSandbox.PaymentIntents;

namespace PaymentFlow.StripeSandbox.Disputes;

/// <summary>
/// <see href="https://docs.stripe.com/disputes/how-disputes-work">The life cycle of a dispute</see>. Pure: no clock, no storage.
/// </summary>
internal static class Disputing
{
    /// <param name="amount">In minor units. Null disputes all that is not refunded.</param>
    public static Decision Open(PaymentIntent intent, string reason, long? amount, long now)
    {
        if (intent.LatestCharge is not { Captured: true } charge)
            return Refused(intent, $"PaymentIntent {intent.Id} has no successful charge to dispute.", null);
        if (charge.Disputes?.Any(d => d.BlocksRefunds) == true)
            return Refused(intent, $"Charge {charge.Id} is disputed already.", null);
        var left = charge.AmountCaptured - charge.RefundedByRefunds;
        // A bank can dispute a charge that is already refunded in full. The default is then the whole charge.
        var disputed = amount ?? (left > 0 ? left : charge.AmountCaptured);
        if (disputed < 1 || disputed > charge.AmountCaptured)
            return Refused(intent, $"amount must be from 1 to the charge's {charge.AmountCaptured}.", "amount");
        var dispute = new Dispute(
            StripeId.Dispute(), intent.Id, charge.Id, disputed, charge.Currency, reason, now, DisputeStatus.NeedsResponse);
        return new(
            intent with { LatestCharge = charge with { Disputes = [.. charge.Disputes ?? [], dispute] } },
            new Happening(EventType.DisputeCreated, dispute.Id), new Happening(EventType.DisputeFundsWithdrawn, dispute.Id))
        { Subject = dispute.Id };
    }

    public static Decision Close(PaymentIntent intent, string id, bool won, long now)
    {
        var dispute = intent.Dispute(id)!;
        if (!dispute.Open) return Refused(intent, $"Dispute {id} is closed already: {dispute.Status}.", null);
        var closed = dispute with { Status = won ? DisputeStatus.Won : DisputeStatus.Lost, ClosedAt = now };
        Happening[] news = [new(EventType.DisputeClosed, id)];
        return new(With(intent, closed), won ? [.. news, new(EventType.DisputeFundsReinstated, id)] : news) { Subject = id };
    }

    /// <summary>
    /// The merchant's response. Submitting the evidence <c>winning_evidence</c> or <c>losing_evidence</c> closes the dispute immediately:
    /// <see href="https://docs.stripe.com/testing#disputes"/>.
    /// </summary>
    public static Decision Respond(
        PaymentIntent intent, string id, IReadOnlyDictionary<string, string> metadata, IReadOnlyDictionary<string, string> evidence,
        bool submit, long now)
    {
        var dispute = intent.Dispute(id)!;
        if (!dispute.Open && evidence.Count > 0) return Refused(intent, $"This dispute is already closed: {id}", "evidence");
        var submits = submit && evidence.Count > 0;
        var updated = dispute with
        {
            Metadata = metadata,
            Evidence = dispute.Evidence.Concat(evidence).GroupBy(e => e.Key)
                .ToDictionary(g => g.Key, g => g.Last().Value, StringComparer.Ordinal),
            Submissions = dispute.Submissions + (submits ? 1 : 0),
            Status = submits ? DisputeStatus.UnderReview : dispute.Status,
        };
        var decision = new Decision(With(intent, updated), new Happening(EventType.DisputeUpdated, id)) { Subject = id };
        if (!submits || updated.Evidence.GetValueOrDefault("uncategorized_text") is not ("winning_evidence" or "losing_evidence"))
            return decision;
        var end = Close(decision.Intent, id, updated.Evidence["uncategorized_text"] == "winning_evidence", now);
        return end with { Events = [.. decision.Events, .. end.Events] };
    }

    static PaymentIntent With(PaymentIntent intent, Dispute dispute)
    {
        var charge = intent.LatestCharge!;
        return intent with
        {
            LatestCharge = charge with { Disputes = [.. charge.Disputes!.Select(d => d.Id == dispute.Id ? dispute : d)] },
        };
    }

    static Decision Refused(PaymentIntent intent, string message, string? param) =>
        new(intent) { Error = StripeError.Invalid(message, param: param), Subject = "" };
}
