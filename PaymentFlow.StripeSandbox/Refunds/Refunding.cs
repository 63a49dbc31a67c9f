using PaymentFlow.Contracts;
using PaymentFlow.StripeSandbox.Events;
using PaymentFlow.StripeSandbox.Ledger;
using PaymentFlow.StripeSandbox.Objects;
using PaymentFlow.StripeSandbox.PaymentMethods;
using PaymentFlow.StripeSandbox.Protocol;

namespace PaymentFlow.StripeSandbox.Refunds;

/// <summary><see href="https://docs.stripe.com/refunds">The life cycle of a refund</see>. Pure: no clock, no storage.</summary>
static class Refunding
{
    /// <param name="Amount">In minor units. Null refunds all that is left.</param>
    internal sealed record Request(long? Amount, string? Reason, IReadOnlyDictionary<string, string> Metadata);

    public static Decision Create(PaymentIntent intent, Request request, long now)
    {
        if (intent.LatestCharge is not { Paid: true } charge)
            return Refused(intent, StripeError.Invalid($"This PaymentIntent ({intent.Id}) does not have a successful charge to refund."));
        if (charge.Disputes?.Any(d => d.BlocksRefunds) == true)
            return Refused(intent, StripeError.Invalid(
                $"Charge {charge.Id} has been charged back; cannot issue a refund.", "charge_disputed"));
        var left = charge.Amount - charge.AmountRefunded;
        if (left == 0)
            return Refused(intent, StripeError.Invalid($"Charge {charge.Id} has already been refunded.", "charge_already_refunded"));
        var amount = request.Amount ?? left;
        var currency = Currencies.Of(charge.Currency);
        if (amount > left)
            return Refused(intent, StripeError.Invalid(
                $"Refund amount ({currency.Write(amount)}) is greater than unrefunded amount on charge ({currency.Write(left)})",
                param: "amount"));
        if (amount % currency.Step != 0)
            return Refused(intent, StripeError.Invalid(
                $"Amount must be a multiple of {currency.Step} in {charge.Currency}", "parameter_invalid_integer", "amount"));

        var (status, becomes) = charge.PaymentMethod.Kind().Refunds switch
        {
            RefundBehavior.PendsThenSucceeds => (RefundStatus.Pending, RefundStatus.Succeeded),
            RefundBehavior.SucceedsThenFails => (RefundStatus.Succeeded, RefundStatus.Failed),
            _ => (RefundStatus.Succeeded, (string?)null),
        };
        var refund = new Refund(
            StripeId.Refund(), intent.Id, charge.Id, charge.PaymentMethod.Id, amount, charge.Currency, request.Reason, request.Metadata,
            now, status, becomes);
        return new(
            intent with { LatestCharge = charge with { Refunds = [.. charge.Refunds ?? [], refund] } },
            new Happening(EventType.RefundCreated, refund.Id), EventType.ChargeRefunded)
        { Subject = refund.Id };
    }

    /// <summary>Applies the bank's later decision on a refund. Null when none is to come.</summary>
    public static Decision? Settle(PaymentIntent intent, string id)
    {
        if (intent.Refund(id) is not { Becomes: { } next } refund) return null;
        var settled = refund with
        {
            Status = next,
            Becomes = null,
            FailureReason = next == RefundStatus.Failed ? "expired_or_canceled_card" : null,
        };
        Happening[] news = [new(EventType.RefundUpdated, id), new(EventType.ChargeRefundUpdated, id)];
        return new(With(intent, settled), next == RefundStatus.Failed ? [new(EventType.RefundFailed, id), .. news] : news) { Subject = id };
    }

    public static Decision Cancel(PaymentIntent intent, string id)
    {
        var refund = intent.Refund(id)!;
        if (refund.Status != RefundStatus.Pending)
            return Refused(intent, StripeError.Invalid(
                $"Refund {id} cannot be canceled because it has a status of {refund.Status}, not pending."));
        return new(
            With(intent, refund with { Status = RefundStatus.Canceled, Becomes = null }),
            new Happening(EventType.RefundUpdated, id), new Happening(EventType.ChargeRefundUpdated, id))
        { Subject = id };
    }

    static PaymentIntent With(PaymentIntent intent, Refund refund)
    {
        var charge = intent.LatestCharge!;
        return intent with { LatestCharge = charge with { Refunds = [.. charge.Refunds!.Select(r => r.Id == refund.Id ? refund : r)] } };
    }

    /// <summary>The empty subject leaves the PaymentIntent out of the answer, as in Stripe's errors about refunds.</summary>
    static Decision Refused(PaymentIntent intent, StripeError error) => new(intent) { Error = error, Subject = "" };
}
