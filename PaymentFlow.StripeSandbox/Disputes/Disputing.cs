using PaymentFlow.StripeSandbox.Events;
using PaymentFlow.StripeSandbox.Ledger;
using PaymentFlow.StripeSandbox.Objects;
using PaymentFlow.StripeSandbox.Protocol;

namespace PaymentFlow.StripeSandbox.Disputes;

/// <summary>
/// <see href="https://docs.stripe.com/disputes/how-disputes-work">The life cycle of a dispute</see>. Pure: no clock, no storage.
/// </summary>
static class Disputing
{
    /// <param name="amount">In minor units. Null disputes all that is not refunded.</param>
    public static Decision Open(PaymentIntent intent, string reason, long? amount, long now)
    {
        if (intent.LatestCharge is not { Paid: true } charge)
            return Refused(intent, $"PaymentIntent {intent.Id} has no successful charge to dispute.", null);
        if (charge.Disputes?.Any(d => d.BlocksRefunds) == true)
            return Refused(intent, $"Charge {charge.Id} is disputed already.", null);
        var left = charge.Amount - charge.AmountRefunded;
        // A bank can dispute a charge that is already refunded in full. The default is then the whole charge.
        var disputed = amount ?? (left > 0 ? left : charge.Amount);
        if (disputed < 1 || disputed > charge.Amount)
            return Refused(intent, $"amount must be from 1 to the charge's {charge.Amount}.", "amount");
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
