using Microsoft.AspNetCore.Http.HttpResults;
using PaymentFlow.Contracts;
using PaymentFlow.PaymentApi.Payments;
using PaymentFlow.PaymentApi.Stripe;
using PaymentFlow.Persistence.Database;
using PaymentFlow.ServiceDefaults;

namespace PaymentFlow.PaymentApi.Refunds;

/// <summary>
/// Makes a refund: reserves its amount, asks Stripe and stores the answer. A crash at any point leaves a reservation that the
/// reconciliation settles by asking Stripe, never a second refund.
/// </summary>
public sealed partial class RefundProcessor(
    RefundStore refunds, PaymentStore payments, StripeGateway stripe, DeferredWrites deferredWrites, PaymentTiming timing,
    TimeProvider time, ILogger<RefundProcessor> logger)
{
    public async Task<Results<Ok<RefundResponse>, ProblemHttpResult>> RefundAsync(
        Payment payment, long? amount, string? reason, string idempotencyKey, CancellationToken cancellationToken)
    {
        // From here on, continue even if the operator disconnects, so that no refund is left half done.
        cancellationToken = CancellationToken.None;
        var started = time.GetTimestamp();
        var refund = await refunds.ReserveAsync(payment.Id, amount, reason, idempotencyKey, cancellationToken);
        if (refund is null)
        {
            refund = await refunds.FindAsync(payment.Id, idempotencyKey, cancellationToken);
            if (refund is null) return await WhyNotAsync(payment.Id, cancellationToken);
            if (refund.RequestedAmount != amount || refund.Reason != reason) return RefundResults.KeyReused();
            if (refund is { Status: RefundStatuses.Failed, StripeRefundId: null }) return RefundResults.Refused(refund);
            // The outcome is known, or the reconciliation will ask for it. A repeated request does not call Stripe.
            return TypedResults.Ok(RefundResponse.From(refund, payment.Currency));
        }
        if (time.GetElapsedTime(started) > timing.ClaimToCall)
        {
            await GiveBackAsync(refund, isFinal: false, "too_late", cancellationToken);
            return RefundResults.Unavailable(ProblemCodes.Unavailable, "The refund could not be sent in time.");
        }
        return await AskAsync(payment, refund, started, cancellationToken);
    }

    async Task<Results<Ok<RefundResponse>, ProblemHttpResult>> AskAsync(
        Payment payment, Refund refund, long started, CancellationToken cancellationToken)
    {
        StripeRefundState news;
        try
        {
            news = StripeRefundState.From(await stripe.RefundAsync(
                refund.ToRequest(payment), () => time.GetElapsedTime(started) > timing.ClaimToLastTry, cancellationToken));
        }
        catch (StripeCallException e)
        {
            switch (e.Failure)
            {
                case StripeFailure.RateLimited or StripeFailure.Unauthorized or StripeFailure.NotSent:
                    Log.NotSent(logger, payment.Id, e.Message);
                    await GiveBackAsync(refund, isFinal: false, "stripe_unavailable", cancellationToken);
                    return RefundResults.Unavailable(ProblemCodes.StripeUnavailable, "Stripe can't make a refund at the moment.");
                case StripeFailure.Unknown:
                    Log.OutcomeUnknown(logger, e, payment.Id, refund.Id);
                    return TypedResults.Ok(RefundResponse.From(refund, payment.Currency));
                default:
                    Log.Refused(logger, payment.Id, e.Message);
                    refund = refund with { Status = RefundStatuses.Failed, Code = e.Code ?? "refused" };
                    await GiveBackAsync(refund, isFinal: true, refund.Code!, cancellationToken);
                    return RefundResults.Refused(refund);
            }
        }
        try
        {
            await refunds.ApplyAsync(payment.Id, [news], cancellationToken);
        }
        catch (Exception e) when (DatabaseFailure.IsAway(e))
        {
            Log.NotStored(logger, e, payment.Id, refund.Id);
            deferredWrites.Add(stopping => refunds.ApplyAsync(payment.Id, [news], stopping));
        }
        return TypedResults.Ok(RefundResponse.From(refund with { Status = news.Status, Code = news.Code }, payment.Currency));
    }

    async Task GiveBackAsync(Refund refund, bool isFinal, string code, CancellationToken cancellationToken)
    {
        try
        {
            await refunds.GiveBackAsync(refund.Id, isFinal, code, cancellationToken);
        }
        catch (Exception e) when (DatabaseFailure.IsAway(e))
        {
            Log.NotGivenBack(logger, refund.Id, e.Message);
            deferredWrites.Add(stopping => refunds.GiveBackAsync(refund.Id, isFinal, code, stopping));
        }
    }

    async Task<ProblemHttpResult> WhyNotAsync(Guid paymentId, CancellationToken cancellationToken)
    {
        var payment = (await payments.FindAsync(paymentId, cancellationToken))!;
        if (!payment.Paid) return RefundResults.NotPaid(payment);
        var taken = (await refunds.OfPaymentAsync(paymentId, cancellationToken))
            .Where(refund => refund.Status is RefundStatuses.Reserved or RefundStatuses.Pending or RefundStatuses.Succeeded)
            .Sum(refund => refund.Amount);
        return taken >= payment.Amount ? RefundResults.AlreadyRefunded(payment) : RefundResults.TooLarge(payment, payment.Amount - taken);
    }

    static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "Payment {PaymentId}: Stripe made no refund; the reserved amount is released: {Reason}")]
        public static partial void NotSent(ILogger logger, Guid paymentId, string reason);

        [LoggerMessage(LogLevel.Warning, "Payment {PaymentId}: Stripe refused a refund; the reserved amount is released: {Reason}")]
        public static partial void Refused(ILogger logger, Guid paymentId, string reason);

        [LoggerMessage(LogLevel.Error, "Payment {PaymentId}, refund {RefundId}: the outcome at Stripe is unknown")]
        public static partial void OutcomeUnknown(ILogger logger, Exception exception, Guid paymentId, Guid refundId);

        [LoggerMessage(LogLevel.Error, "Payment {PaymentId}, refund {RefundId}: Stripe's answer is not stored yet, Postgres is down")]
        public static partial void NotStored(ILogger logger, Exception exception, Guid paymentId, Guid refundId);

        [LoggerMessage(LogLevel.Warning, "Refund {RefundId}: its amount will be released when Postgres is available again: {Reason}")]
        public static partial void NotGivenBack(ILogger logger, Guid refundId, string reason);
    }
}
