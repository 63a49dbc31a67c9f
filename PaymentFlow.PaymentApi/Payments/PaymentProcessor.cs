using Microsoft.AspNetCore.Http.HttpResults;
using PaymentFlow.Contracts;
using PaymentFlow.Contracts.Events;
using PaymentFlow.PaymentApi.Orders;
using PaymentFlow.PaymentApi.Stripe;
using PaymentFlow.Persistence.Database;
using Stripe;

namespace PaymentFlow.PaymentApi.Payments;

/// <summary>
/// Pays an order: claims the payment's row, gets its PaymentIntent, confirms it and stores the outcome. The committed state always
/// shows whether Stripe may have received a request, and its idempotency key, so that a crash at any point can be recovered.
/// See docs/decisions/0003-claim-before-asking-stripe.md.
/// </summary>
public sealed partial class PaymentProcessor(
    PaymentStore store, PaymentClaims claims, PaymentIntents intents, StripeGateway stripe, PaymentSettlement settlement,
    DeferredWrites deferredWrites, PaymentTiming timing, TimeProvider time, ILogger<PaymentProcessor> logger)
{
    /// <summary>Creates the PaymentIntent ahead of time. Repeated calls lead to the same PaymentIntent.</summary>
    public async Task<PaymentResult> PrepareAsync(PayableOrder order, PreparePaymentRequest request, CancellationToken cancellationToken)
    {
        var payment = await claims.GetOrCreateAsync(order, cancellationToken);
        if (payment.Paid) return PaymentResults.AlreadyPaid(payment);
        if (payment.Status == PaymentStatuses.Canceled) return PaymentResults.Canceled(payment);
        // The customer may have closed the bank's page and want to continue there.
        if (payment.Status == PaymentStatuses.RequiresAction) return await NextActionAgainAsync(payment, cancellationToken);
        try
        {
            await intents.GetOrCreateAsync(payment, request.ReturnUrl, order.CustomerEmail, cancellationToken);
        }
        catch (Exception e) when (StripeFailures.IsFromStripe(e))
        {
            return NotPrepared(payment, e);
        }
        return TypedResults.Ok(PaymentResponse.From(payment));
    }

    /// <summary>Pays the order. The answer is the payment's state afterwards, or why nothing was charged.</summary>
    /// <param name="declined">Called when this request's card is declined; not when the request repeats an earlier one.</param>
    public async Task<PaymentResult> ProcessAsync(
        PayableOrder order, ProcessPaymentRequest request, string? idempotencyKey, Action declined, CancellationToken cancellationToken)
    {
        var attempt = new PaymentAttempt
        {
            Id = Guid.CreateVersion7(),
            PaymentMethod = request.PaymentMethod,
            ReturnUrl = request.ReturnUrl,
            IdempotencyKey = idempotencyKey,
            Status = "started",
        };
        cancellationToken.ThrowIfCancellationRequested();
        // From here on, continue even if the customer closes the page, so that no payment is left half done.
        cancellationToken = CancellationToken.None;
        var claimed = time.GetTimestamp();
        Payment? payment;
        try
        {
            payment = await claims.ClaimAsync(order, attempt, cancellationToken);
        }
        catch (ClaimUnknownException)
        {
            deferredWrites.Add(stopping => claims.ReleaseAsync(attempt.Id, reachedStripe: false, "claim_unknown", stopping));
            throw;
        }
        if (payment is null) return await PresentStateAsync(order, attempt, cancellationToken);

        string intentId;
        try
        {
            intentId = await intents.GetOrCreateAsync(payment, request.ReturnUrl, order.CustomerEmail, cancellationToken);
        }
        catch (Exception e)
        {
            // Whatever failed, nothing has been confirmed.
            await ReleaseAsync(attempt, reachedStripe: false, "not_prepared", cancellationToken);
            if (!StripeFailures.IsFromStripe(e)) throw;
            return NotPrepared(payment, e);
        }
        if (time.GetElapsedTime(claimed) > timing.ClaimToCall)
        {
            // The request stalled (slow Stripe, paused process). The reconciliation relies on no call being sent this late.
            await ReleaseAsync(attempt, reachedStripe: false, "too_late", cancellationToken);
            return Unavailable();
        }
        var result = await ConfirmAsync(payment, intentId, attempt, claimed, cancellationToken);
        if (result.Result is ProblemHttpResult { StatusCode: StatusCodes.Status402PaymentRequired }) declined();
        return result;
    }

    async Task<PaymentResult> ConfirmAsync(
        Payment payment, string intentId, PaymentAttempt attempt, long claimed, CancellationToken cancellationToken)
    {
        PaymentIntent intent;
        try
        {
            intent = await stripe.ConfirmAsync(
                attempt.ToConfirmation(intentId), () => time.GetElapsedTime(claimed) > timing.ClaimToLastTry, cancellationToken);
        }
        catch (StripeCallException e)
        {
            switch (e.Failure)
            {
                case StripeFailure.Declined or StripeFailure.UnexpectedState when e.Intent is { } refused:
                    intent = refused;
                    break;
                case StripeFailure.Refused or StripeFailure.Declined:
                    Log.Refused(logger, payment.Id, e.Message);
                    await ReleaseAsync(attempt, reachedStripe: true, "refused", cancellationToken);
                    return PaymentResults.PaymentMethodRefused(payment);
                case StripeFailure.RateLimited or StripeFailure.Unauthorized or StripeFailure.NotSent:
                    Log.Unavailable(logger, payment.Id, e.Message);
                    await ReleaseAsync(attempt, reachedStripe: false, "stripe_unavailable", cancellationToken);
                    return Unavailable();
                default:
                    // Stripe may have charged. The row stays claimed until Stripe has been asked for the outcome.
                    Log.OutcomeUnknown(logger, e, payment.Id, attempt.Id);
                    return TypedResults.Ok(PaymentResponse.From(payment));
            }
        }
        return await StoreOutcomeAsync(payment, intent, attempt, cancellationToken);
    }

    async Task<PaymentResult> StoreOutcomeAsync(
        Payment payment, PaymentIntent intent, PaymentAttempt attempt, CancellationToken cancellationToken)
    {
        try
        {
            payment = await settlement.ApplyAnswerAsync(payment, intent, attempt.Id, cancellationToken);
        }
        catch (Exception e) when (DatabaseFailure.IsAway(e))
        {
            // Stripe answered, but Postgres is unavailable. The caller gets "processing"; the outcome is stored later.
            Log.NotStored(logger, e, payment.Id, attempt.Id);
            var unsettled = payment;
            deferredWrites.Add(stopping => settlement.ApplyAnswerAsync(unsettled, intent, attempt.Id, stopping));
            return TypedResults.Ok(PaymentResponse.From(payment));
        }
        return Outcome(payment, intent);
    }

    static PaymentResult Outcome(Payment payment, PaymentIntent intent) => payment.Status switch
    {
        PaymentStatuses.Failed => PaymentResults.Declined(payment, intent.LastPaymentError?.Code, intent.LastPaymentError?.DeclineCode),
        PaymentStatuses.RequiresAction => TypedResults.Ok(PaymentResponse.From(payment, PaymentResults.NextActionOf(intent))),
        PaymentStatuses.Canceled => PaymentResults.Canceled(payment),
        _ => TypedResults.Ok(PaymentResponse.From(payment)),
    };

    async Task ReleaseAsync(PaymentAttempt attempt, bool reachedStripe, string code, CancellationToken cancellationToken)
    {
        try
        {
            await claims.ReleaseAsync(attempt.Id, reachedStripe, code, cancellationToken);
        }
        catch (Exception e) when (DatabaseFailure.IsAway(e))
        {
            Log.NotReleased(logger, attempt.Id, e.Message);
            deferredWrites.Add(stopping => claims.ReleaseAsync(attempt.Id, reachedStripe, code, stopping));
        }
    }

    /// <summary>The response when the claim failed: a repeated request gets the current state, any other the reason.</summary>
    async Task<PaymentResult> PresentStateAsync(PayableOrder order, PaymentAttempt attempt, CancellationToken cancellationToken)
    {
        var payment = await store.FindByOrderAsync(order.Id, cancellationToken)
            ?? throw new InvalidOperationException($"Order {order.Id} has no payment although one was just created.");

        var earlier = attempt.IdempotencyKey is { } key ? await store.FindAttemptAsync(payment.Id, key, cancellationToken) : null;
        if (earlier is null)
        {
            return payment switch
            {
                { Paid: true } => PaymentResults.AlreadyPaid(payment),
                { Status: PaymentStatuses.Canceled } => PaymentResults.Canceled(payment),
                { InFlight: true } => PaymentResults.InFlight(payment),
                { AttemptsUsedUp: true } => PaymentResults.TooManyAttempts(payment),
                // The payment has become payable again since the claim failed.
                _ => PaymentResults.InFlight(payment),
            };
        }
        if (earlier.PaymentMethod != attempt.PaymentMethod || earlier.ReturnUrl != attempt.ReturnUrl) return PaymentResults.KeyReused();
        return payment.Status switch
        {
            PaymentStatuses.Succeeded or PaymentStatuses.Processing => TypedResults.Ok(PaymentResponse.From(payment)),
            PaymentStatuses.Failed => PaymentResults.Declined(payment, earlier.Code, earlier.DeclineCode),
            PaymentStatuses.Canceled => PaymentResults.Canceled(payment),
            PaymentStatuses.RequiresAction => await NextActionAgainAsync(payment, cancellationToken),
            _ => PaymentResults.AlreadyPaid(payment),
        };
    }

    /// <summary>Reads the next action from Stripe, because it is not stored here, and applies the PaymentIntent's current state.</summary>
    async Task<PaymentResult> NextActionAgainAsync(Payment payment, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                var intent = await stripe.GetAsync(payment.PaymentIntentId!, cancellationToken);
                if (await settlement.TryApplyAsync(payment, intent, attemptId: null, cancellationToken) is { } now)
                    return now.InFlight ? PaymentResults.InFlight(now) : Outcome(now, intent);
                payment = (await store.FindAsync(payment.Id, cancellationToken))!;
            }
        }
        catch (Exception e) when (StripeFailures.IsFromStripe(e))
        {
            Log.Unavailable(logger, payment.Id, e.Message);
            return Unavailable();
        }
    }

    ProblemHttpResult NotPrepared(Payment payment, Exception exception)
    {
        Log.NotPrepared(logger, payment.Id, exception.Message);
        return StripeFailures.Classify(exception) == StripeFailure.Refused ? PaymentResults.NotPayable(payment) : Unavailable();
    }

    static ProblemHttpResult Unavailable() =>
        PaymentResults.Unavailable(ProblemCodes.StripeUnavailable, "Stripe can't be reached at the moment.");

    static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Payment {PaymentId}: could not create the PaymentIntent; nothing was charged: {Reason}")]
        public static partial void NotPrepared(ILogger logger, Guid paymentId, string reason);

        [LoggerMessage(LogLevel.Information, "Payment {PaymentId}: Stripe refused the request; nothing was charged: {Reason}")]
        public static partial void Refused(ILogger logger, Guid paymentId, string reason);

        [LoggerMessage(LogLevel.Error, "Payment {PaymentId}: Stripe is unavailable; this request charged nothing: {Reason}")]
        public static partial void Unavailable(ILogger logger, Guid paymentId, string reason);

        [LoggerMessage(LogLevel.Error, "Payment {PaymentId}, attempt {AttemptId}: the outcome at Stripe is unknown")]
        public static partial void OutcomeUnknown(ILogger logger, Exception exception, Guid paymentId, Guid attemptId);

        [LoggerMessage(LogLevel.Warning, "Attempt {AttemptId} will be released when Postgres is available again: {Reason}")]
        public static partial void NotReleased(ILogger logger, Guid attemptId, string reason);

        [LoggerMessage(LogLevel.Error, "Payment {PaymentId}, attempt {AttemptId}: Stripe's answer is not stored yet, Postgres is down")]
        public static partial void NotStored(ILogger logger, Exception exception, Guid paymentId, Guid attemptId);
    }
}
