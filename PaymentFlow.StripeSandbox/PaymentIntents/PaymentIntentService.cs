using PaymentFlow.StripeSandbox.Api;
using PaymentFlow.StripeSandbox.Events;
using PaymentFlow.StripeSandbox.Ledger;
using PaymentFlow.StripeSandbox.Lists;

namespace PaymentFlow.StripeSandbox.PaymentIntents;

/// <summary>Executes the calls on PaymentIntents and their charges.</summary>
internal sealed class PaymentIntentService(Books books)
{
    static readonly HashSet<string> ForSearch = new(StringComparer.Ordinal) { "expand", "limit", "page", "query" };

    public PaymentIntent Get(string id) => books.Get(id);

    public StripeList List(Form form)
    {
        var query = ListQuery.Read(form, "customer", "customer_account");
        var customer = form.Text("customer");
        return query.Page(books.State.Intents, "/v1/payment_intents", "payment_intent",
            slot => query.Created(slot.Current.Created) && (customer is null || slot.Current.Customer == customer), slot => slot.Current);
    }

    public StripeList Search(Form form)
    {
        form.Allow(ForSearch);
        var fits = SearchQuery.Parse(form.Text("query") ?? throw new RequestRefusedException(StripeError.Missing("query")));
        var limit = ListQuery.ReadLimit(form);
        // The cursor of a page is the id of the last PaymentIntent on the previous page.
        var found = books.State.Intents.Walk(form.Text("page"), newer: false, limit + 1, slot => fits(slot.Current))
            ?? throw new RequestRefusedException(StripeError.Invalid("Invalid page.", param: "page"));
        IStripeObject[] page = [.. found.Take(limit).Select(slot => slot.Current)];
        var more = found.Count > limit;
        return new("/v1/payment_intents/search", page, more) { IsSearch = true, NextPage = more ? found[limit - 1].Current.Id : null };
    }

    public ChargeView GetCharge(string id) => View(books.State.AllCharges.Find(id)
        ?? throw new RequestRefusedException(StripeError.NoSuch("charge", id, "id", status: 404)));

    public StripeList ListCharges(Form form)
    {
        var query = ListQuery.Read(form, "customer", "payment_intent", "transfer_group");
        var intent = form.Text("payment_intent");
        return query.Page(books.State.AllCharges, "/v1/charges", "charge",
            c => query.Created(c.Created) && (intent is null || c.PaymentIntent == intent), View);
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

    public Task<Answer> CaptureAsync(StripeCall call)
    {
        var amount = PaymentIntentParameters.AmountToCapture(call.Form);
        return ChangeAsync(call, intent =>
        {
            var decision = Capturing.Capture(intent, amount);
            return decision.Error is null
                ? decision with { Intent = PaymentIntentParameters.WithMetadata(call.Form, decision.Intent) }
                : decision;
        });
    }

    public Task<Answer> CancelAsync(StripeCall call)
    {
        var reason = PaymentIntentParameters.CancellationReason(call.Form);
        return ChangeAsync(call, intent => Confirmation.Cancel(intent, reason, Now()));
    }

    public Task<Answer> UpdateAsync(StripeCall call) => ChangeAsync(call, intent =>
    {
        var updated = PaymentIntentParameters.Update(call.Form, intent);
        var payable = intent.Status is PaymentIntentStatus.RequiresPaymentMethod or PaymentIntentStatus.RequiresConfirmation
            or PaymentIntentStatus.RequiresAction;
        if (payable && call.Form.Text("payment_method") is { } token) updated = Confirmation.WithMethod(updated, token, Now());
        else if (!payable && (call.Form.Has("amount") || call.Form.Has("currency") || call.Form.Has("payment_method")))
            return Decision.Refused(intent, StripeError.UnexpectedState(
                $"This PaymentIntent could not be updated because it has a status of {intent.Status}. "
                + "Only its metadata and description may still change."));
        return new Decision(updated);
    });

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

    ChargeView View(Charge charge) => new(Get(charge.PaymentIntent), charge);

    long Now() => books.Now();
}
