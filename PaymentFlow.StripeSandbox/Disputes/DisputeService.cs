using PaymentFlow.StripeSandbox.Ledger;
using PaymentFlow.StripeSandbox.Lists;
using PaymentFlow.StripeSandbox.Objects;
using PaymentFlow.StripeSandbox.Protocol;

namespace PaymentFlow.StripeSandbox.Disputes;

/// <summary>Reads disputes for Stripe's API, and opens and closes them for the bank, through the sandbox's own endpoints.</summary>
sealed class DisputeService(Books books)
{
    public IStripeObject Get(string id) => View(Find(id));

    public StripeList List(Form form)
    {
        var query = ListQuery.Read(form, "charge", "payment_intent");
        var (intent, charge) = (form.Text("payment_intent"), form.Text("charge"));
        return query.Page(books.State.Disputes, "/v1/disputes", "dispute",
            d => query.Created(d.Created) && (intent is null || d.PaymentIntent == intent) && (charge is null || d.Charge == charge), View);
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
