using PaymentFlow.StripeSandbox.Api;
using PaymentFlow.StripeSandbox.Ledger;
using PaymentFlow.StripeSandbox.Lists;
using PaymentFlow.StripeSandbox.PaymentIntents;

namespace PaymentFlow.StripeSandbox.Disputes;

/// <summary>Executes the calls on disputes: those of Stripe's API, and the bank's through the sandbox's own endpoints.</summary>
internal sealed class DisputeService(Books books)
{
    static readonly HashSet<string> ForUpdate = new(StringComparer.Ordinal)
    {
        "evidence", "expand", "intended_submission_method", "metadata", "submit",
    };

    static readonly HashSet<string> ForClose = new(StringComparer.Ordinal) { "expand" };

    public IStripeObject Get(string id) => View(Find(id));

    public StripeList List(Form form)
    {
        var query = ListQuery.Read(form, "charge", "payment_intent");
        var (intent, charge) = (form.Text("payment_intent"), form.Text("charge"));
        return query.Page(books.State.Disputes, "/v1/disputes", "dispute",
            d => query.Created(d.Created) && (intent is null || d.PaymentIntent == intent) && (charge is null || d.Charge == charge), View);
    }

    public Task<Answer> UpdateAsync(StripeCall call)
    {
        var form = call.Form;
        form.Allow(ForUpdate);
        var evidence = form.Nested("evidence").ToDictionary(f => f.Key, f => f.Value.LastOrDefault() ?? "", StringComparer.Ordinal);
        // Stripe's API reference: "Defaults to true (submits immediately)".
        var submit = !form.Has("submit") || form.Flag("submit");
        return books.ChangeAsync(call, Find(call.Id).PaymentIntent, intent => Disputing.Respond(
            intent, call.Id, Metadata.Read(form, intent.Dispute(call.Id)!.Metadata), evidence, submit, books.Now()));
    }

    /// <summary>
    /// Stripe's API reference: "Closing the dispute indicates that you do not have any evidence to submit and are essentially dismissing it
    /// as lost."
    /// </summary>
    public Task<Answer> AcceptAsync(StripeCall call)
    {
        call.Form.Allow(ForClose);
        return books.ChangeAsync(call, Find(call.Id).PaymentIntent, intent => Disputing.Close(intent, call.Id, won: false, books.Now()));
    }

    /// <exception cref="RequestRefusedException">There is no such PaymentIntent, or it has no charge that can be disputed.</exception>
    public Task<IStripeObject> OpenAsync(string intentId, string reason, long? amount) =>
        HappenAsync(intentId, intent => Disputing.Open(intent, reason, amount, books.Now()));

    /// <exception cref="RequestRefusedException">There is no such dispute, or it is closed already.</exception>
    public Task<IStripeObject> CloseAsync(string id, bool won) =>
        HappenAsync(Find(id).PaymentIntent, intent => Disputing.Close(intent, id, won, books.Now()));

    async Task<IStripeObject> HappenAsync(string intentId, Func<PaymentIntent, Decision> decide)
    {
        // A refusal is thrown and not journaled, because there is no idempotency key to store it for.
        var answer = await books.HappenAsync(intentId, intent =>
        {
            var decision = decide(intent);
            return decision.Error is { } error ? throw new RequestRefusedException(error) : decision;
        });
        return answer!.Content!;
    }

    DisputeView View(Dispute dispute) => new(books.Get(dispute.PaymentIntent), dispute);

    Dispute Find(string id) => books.State.Disputes.Find(id)
        ?? throw new RequestRefusedException(StripeError.NoSuch("dispute", id, "dispute", status: 404));
}
