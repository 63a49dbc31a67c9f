using PaymentFlow.StripeSandbox.Events;
using PaymentFlow.StripeSandbox.Ledger;
using PaymentFlow.StripeSandbox.Lists;
using PaymentFlow.StripeSandbox.Objects;
using PaymentFlow.StripeSandbox.Protocol;

namespace PaymentFlow.StripeSandbox.PaymentIntents;

/// <summary>Executes the calls on PaymentIntents.</summary>
sealed class PaymentIntentService(Books books)
{
    public PaymentIntent Get(string id) => books.Get(id);

    public StripeList List(Form form)
    {
        var query = ListQuery.Read(form, "customer", "customer_account");
        var customer = form.Text("customer");
        return query.Page(books.State.Intents, "/v1/payment_intents", "payment_intent",
            slot => query.Created(slot.Current.Created) && (customer is null || slot.Current.Customer == customer), slot => slot.Current);
    }

    public Task<Answer> CreateAsync(StripeCall call)
    {
        var now = Now();
        var intent = PaymentIntentParameters.Create(call, now);
        var decision = new Decision(intent);
        if (call.Form.Flag("confirm"))
        {
            decision = Confirmation.Confirm(intent, PaymentIntentParameters.Confirm(call, intent), now);
        }
        else if (call.Form.Text("payment_method") is { } token)
        {
            decision = new Decision(Confirmation.WithMethod(intent, token, now));
        }
        return Task.FromResult(books.Commit(decision with { Events = [EventType.Created, .. decision.Events] }, call));
    }

    public Task<Answer> ConfirmAsync(StripeCall call)
    {
        PaymentIntentParameters.CheckConfirm(call.Form);
        return ChangeAsync(call, intent => Confirmation.Confirm(intent, PaymentIntentParameters.Confirm(call, intent), Now()));
    }

    public Task<Answer> CancelAsync(StripeCall call)
    {
        var reason = PaymentIntentParameters.CancellationReason(call.Form);
        return ChangeAsync(call, intent => Confirmation.Cancel(intent, reason, Now()));
    }

    /// <summary>
    /// Applies the customer's answer to the challenge <paramref name="source"/>. An answer to a closed challenge changes nothing.
    /// Returns the PaymentIntent afterwards, and the URL that the customer returns to.
    /// </summary>
    public async Task<(PaymentIntent Intent, string? ReturnUrl)> AuthenticateAsync(string id, string source, bool approved)
    {
        string? returnUrl = null;
        var answer = await books.HappenAsync(id, intent =>
        {
            if (intent.Authentication is not { } challenge || challenge.Source != source) return null;
            returnUrl = challenge.ReturnUrl;
            return approved ? Confirmation.Authenticated(intent, Now()) : Confirmation.AuthenticationFailed(intent);
        });
        return ((PaymentIntent?)answer?.Content ?? Get(id), returnUrl);
    }

    Task<Answer> ChangeAsync(StripeCall call, Func<PaymentIntent, Decision> decide) => books.ChangeAsync(call, call.Id, decide);

    long Now() => books.Now();
}
