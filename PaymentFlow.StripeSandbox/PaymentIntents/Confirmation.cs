using PaymentFlow.StripeSandbox.Events;
using PaymentFlow.StripeSandbox.Ledger;
using PaymentFlow.StripeSandbox.Objects;
using PaymentFlow.StripeSandbox.PaymentMethods;
using PaymentFlow.StripeSandbox.Protocol;

namespace PaymentFlow.StripeSandbox.PaymentIntents;

/// <summary>
/// The <see href="https://docs.stripe.com/payments/paymentintents/lifecycle">life cycle of a PaymentIntent</see>.
/// Pure: no clock, no storage.
/// </summary>
static class Confirmation
{
    internal sealed record Request(string? PaymentMethod, string? ReturnUrl, bool UseStripeSdk, bool RefuseAction, Uri Origin)
    {
        /// <summary>Replaces the PaymentIntent's capture method, unless it is null.</summary>
        public string? CaptureMethod { get; init; }
    };

    static readonly string[] Confirmable =
        [PaymentIntentStatus.RequiresPaymentMethod, PaymentIntentStatus.RequiresConfirmation, PaymentIntentStatus.RequiresAction];

    public static Decision Confirm(PaymentIntent intent, Request request, long now)
    {
        if (!Confirmable.Contains(intent.Status)) return Decision.Refused(intent, NotConfirmable(intent, request));

        var method = request.PaymentMethod is { } token ? Attach(intent, token, now) : intent.PaymentMethod;
        if (method is null)
            return Decision.Refused(intent, StripeError.UnexpectedState(
                "You cannot confirm this PaymentIntent because it's missing a payment method. You can either update the PaymentIntent with "
                + "a payment method and then confirm it again, or confirm it again directly with a payment method or ConfirmationToken."));

        var attempt = intent with
        {
            CaptureMethod = request.CaptureMethod ?? intent.CaptureMethod,
            PaymentMethod = method,
            Authentication = null,
            LastPaymentError = null,
        };
        var kind = method.Kind();
        if (kind.NeedsAuthentication)
        {
            if (!request.RefuseAction) return Challenge(attempt, request);
            return Fail(attempt, method, now, charge => new(
                402, StripeError.CardErrorType, "Your card was declined. This transaction requires authentication.")
            {
                Code = "authentication_required",
                DeclineCode = "authentication_required",
                Charge = charge,
            });
        }
        return kind.Behavior == Behavior.Processes
            ? new Decision(attempt with { Status = PaymentIntentStatus.Processing }, EventType.Processing)
            : Charge(attempt, method, now);
    }

    /// <summary>The customer has passed the challenge. The charge is made, or declined.</summary>
    public static Decision Authenticated(PaymentIntent intent, long now) =>
        Charge(intent with { Authentication = null }, intent.PaymentMethod!, now);

    /// <summary>The customer has failed the challenge, or refused it.</summary>
    public static Decision AuthenticationFailed(PaymentIntent intent)
    {
        var error = StripeError.Invalid(
            "The provided PaymentMethod has failed authentication. You can provide payment_method_data or a new PaymentMethod to attempt "
            + "to fulfill this PaymentIntent again.", "payment_intent_authentication_failure", status: 402);
        return new(intent with
        {
            Status = PaymentIntentStatus.RequiresPaymentMethod,
            PaymentMethod = null,
            Authentication = null,
            LastPaymentError = new(error, intent.PaymentMethod!),
        }, EventType.Failed)
        { Error = error };
    }

    public static Decision Cancel(PaymentIntent intent, string? reason, long now)
    {
        if (intent.Status is PaymentIntentStatus.Succeeded or PaymentIntentStatus.Canceled)
            return Decision.Refused(intent, StripeError.UnexpectedState(
                $"You cannot cancel this PaymentIntent because it has a status of {intent.Status}. "
                + "Only a PaymentIntent with one of the following statuses may be canceled: "
                + "requires_payment_method, requires_capture, requires_confirmation, requires_action, processing."));
        return new(intent with
        {
            Status = PaymentIntentStatus.Canceled,
            CanceledAt = now,
            CancellationReason = reason,
            Authentication = null,
        }, EventType.Canceled);
    }

    /// <summary>
    /// Attaches a payment method without confirming. <paramref name="token"/> is a test token or the id from an earlier confirmation.
    /// </summary>
    public static PaymentIntent WithMethod(PaymentIntent intent, string token, long now) => intent with
    {
        PaymentMethod = Attach(intent, token, now),
        Status = PaymentIntentStatus.RequiresConfirmation,
        Authentication = null,
        LastPaymentError = null,
    };

    static Decision Challenge(PaymentIntent attempt, Request request)
    {
        var url = new Uri(request.Origin, $"_sandbox/3ds/{attempt.Id}?client_secret={attempt.ClientSecret}").AbsoluteUri;
        var returnUrl = request.UseStripeSdk ? null : request.ReturnUrl;
        return new(attempt with
        {
            Status = PaymentIntentStatus.RequiresAction,
            Authentication = new(StripeId.Source(), url, returnUrl),
        }, EventType.RequiresAction);
    }

    static Decision Charge(PaymentIntent attempt, AttachedPaymentMethod method, long now)
    {
        var kind = method.Kind();
        if (kind.DeclinesCharge) return Fail(attempt, method, now, kind.DeclineError);
        var charge = NewCharge(attempt, StripeId.Charge(), method, now, failure: null);
        return new(attempt with
        {
            Status = PaymentIntentStatus.Succeeded,
            AmountReceived = attempt.Amount,
            LatestCharge = charge,
        }, EventType.ChargeSucceeded, EventType.Succeeded)
        { Charged = true };
    }

    static Decision Fail(PaymentIntent attempt, AttachedPaymentMethod method, long now, Func<string, StripeError> because)
    {
        var charge = StripeId.Charge();
        var error = because(charge);
        return new(attempt with
        {
            Status = PaymentIntentStatus.RequiresPaymentMethod,
            PaymentMethod = null,
            LatestCharge = NewCharge(attempt, charge, method, now, error),
            LastPaymentError = new(error, method),
        }, EventType.ChargeFailed, EventType.Failed)
        { Error = error };
    }

    static Charge NewCharge(PaymentIntent attempt, string id, AttachedPaymentMethod method, long now, StripeError? failure) =>
        new(id, attempt.Id, attempt.Amount, attempt.Currency, attempt.Metadata, now, method, attempt.Description, failure);

    static AttachedPaymentMethod Attach(PaymentIntent intent, string token, long now)
    {
        if (intent.PaymentMethod is { } present && present.Id == token) return present;
        if (intent.LastPaymentError?.PaymentMethod is { } last && last.Id == token) return last;
        var kind = TestPaymentMethod.Find(token)
            ?? throw new RequestRefusedException(StripeError.NoSuch("PaymentMethod", token, "payment_method", status: 400));
        if (!intent.PaymentMethodTypes.Contains(kind.Type))
            throw new RequestRefusedException(StripeError.Invalid(
                $"The PaymentMethod provided ({kind.Type}) is not allowed for this PaymentIntent. "
                + $"Please attach a PaymentMethod of one of the following types: {string.Join(", ", intent.PaymentMethodTypes)}.",
                "payment_intent_incompatible_payment_method", "payment_method"));
        return new(StripeId.PaymentMethod(), token, now);
    }

    static StripeError NotConfirmable(PaymentIntent intent, Request request) => intent.Status switch
    {
        _ when request.PaymentMethod is not null => StripeError.UnexpectedState(
            $"This PaymentIntent's payment_method could not be updated because it has a status of {intent.Status}. You may only update the "
            + "payment_method of a PaymentIntent with one of the following statuses: "
            + "requires_payment_method, requires_confirmation, requires_action.",
            "payment_method"),
        PaymentIntentStatus.Succeeded => StripeError.UnexpectedState(
            "You cannot confirm this PaymentIntent because it has already succeeded after being previously confirmed."),
        _ => StripeError.UnexpectedState(
            $"You cannot confirm this PaymentIntent because it has a status of {intent.Status}. "
            + "Only a PaymentIntent with one of the following statuses may be confirmed: requires_confirmation, requires_action."),
    };
}
