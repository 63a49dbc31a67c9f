using PaymentFlow.StripeSandbox.Ledger;
using PaymentFlow.StripeSandbox.Lists;
using PaymentFlow.StripeSandbox.Objects;
using PaymentFlow.StripeSandbox.Protocol;

namespace PaymentFlow.StripeSandbox.Refunds;

/// <summary>Executes the calls on refunds.</summary>
sealed class RefundService(Books books)
{
    static readonly HashSet<string> ForCreate = new(StringComparer.Ordinal)
    {
        "amount", "charge", "currency", "customer", "expand", "instructions_email", "metadata", "origin", "payment_intent", "reason",
        "refund_application_fee", "reverse_transfer",
    };

    static readonly HashSet<string> ForCancel = new(StringComparer.Ordinal) { "expand" };

    public Task<Answer> CreateAsync(StripeCall call)
    {
        var form = call.Form;
        form.Allow(ForCreate);
        var amount = form.Integer("amount");
        if (amount < 1)
            throw new RequestRefusedException(StripeError.Invalid(
                "This value must be greater than or equal to 1.", "parameter_invalid_integer", "amount"));
        var request = new Refunding.Request(
            amount, form.OneOf("reason", "duplicate", "fraudulent", "requested_by_customer"), Metadata.Read(form, Metadata.Empty));
        return books.ChangeAsync(call, IntentOf(form), intent => Refunding.Create(intent, request, books.Now()));
    }

    public IStripeObject Get(string id) => View(Find(id));

    public Task<Answer> CancelAsync(StripeCall call)
    {
        call.Form.Allow(ForCancel);
        return books.ChangeAsync(call, Find(call.Id).PaymentIntent, intent => Refunding.Cancel(intent, call.Id));
    }

    public StripeList List(Form form)
    {
        var query = ListQuery.Read(form, "charge", "payment_intent");
        var (intent, charge) = (form.Text("payment_intent"), form.Text("charge"));
        return query.Page(books.State.Refunds, "/v1/refunds", "refund",
            r => query.Created(r.Created) && (intent is null || r.PaymentIntent == intent) && (charge is null || r.Charge == charge), View);
    }

    RefundView View(Refund refund) => new(books.Get(refund.PaymentIntent), refund);

    Refund Find(string id) => books.State.Refunds.Find(id)
        ?? throw new RequestRefusedException(StripeError.NoSuch("refund", id, "id", status: 404));

    string IntentOf(Form form)
    {
        var (intent, charge) = (form.Text("payment_intent"), form.Text("charge"));
        if (intent is null && charge is null)
            throw new RequestRefusedException(StripeError.Invalid(
                "One of the following params should be provided for this request: payment_intent or charge.", "parameter_missing"));
        if (intent is not null && books.State.Find(intent) is null)
            throw new RequestRefusedException(StripeError.NoSuch("payment_intent", intent, "payment_intent", status: 404));
        if (charge is null) return intent!;
        var found = books.State.AllCharges.Find(charge)
            ?? throw new RequestRefusedException(StripeError.NoSuch("charge", charge, "charge", status: 404));
        if (intent is not null && found.PaymentIntent != intent)
            throw new RequestRefusedException(StripeError.Invalid(
                $"Charge {charge} does not belong to PaymentIntent {intent}.", param: "charge"));
        if (!found.Paid)
            throw new RequestRefusedException(StripeError.Invalid($"Charge {charge} failed and cannot be refunded.", param: "charge"));
        return found.PaymentIntent;
    }
}
