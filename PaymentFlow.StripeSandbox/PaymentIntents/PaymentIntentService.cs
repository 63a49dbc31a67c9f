using PaymentFlow.StripeSandbox.Api;
using PaymentFlow.StripeSandbox.Idempotency;
using PaymentFlow.StripeSandbox.Ledger;
using PaymentFlow.StripeSandbox.Webhooks;

namespace PaymentFlow.StripeSandbox.PaymentIntents;

/// <summary>
/// Executes the calls. One PaymentIntent is worked on by one request at a time; its next state, the charge, the events and the answer kept for
/// the idempotency key are one line in the journal, and nobody sees any of them before that line is written.
/// </summary>
internal sealed class PaymentIntentService(SandboxState state, Journal journal, WebhookQueue webhooks, TimeProvider time)
{
    /// <summary>How long a request waits for another one on the same PaymentIntent before Stripe's <c>lock_timeout</c>.</summary>
    static readonly TimeSpan LockWait = TimeSpan.FromSeconds(10);

    public PaymentIntent Get(string id) => Slot(id).Current;

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
        return CommitAsync(decision with { Events = [EventType.Created, .. decision.Events] }, call);
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

    public Task<Answer> UpdateAsync(StripeCall call) => ChangeAsync(call, intent =>
    {
        var updated = PaymentIntentParameters.Update(call.Form, intent);
        var payable = intent.Status is PaymentIntentStatus.RequiresPaymentMethod or PaymentIntentStatus.RequiresConfirmation
            or PaymentIntentStatus.RequiresAction;
        if (payable && call.Form.Text("payment_method") is { } token) updated = Confirmation.WithMethod(updated, token, Now());
        else if (!payable && (call.Form.Has("amount") || call.Form.Has("currency") || call.Form.Has("payment_method")))
            return Decision.Refused(intent, StripeError.UnexpectedState(
                $"This PaymentIntent could not be updated because it has a status of {intent.Status}. Only its metadata and description may "
                + "still change."));
        return new Decision(updated);
    });

    /// <summary>
    /// The customer's answer to the challenge <paramref name="source"/>. An answer to a challenge that is over changes nothing.
    /// Returns the PaymentIntent as it then is, and where the customer is to go back to.
    /// </summary>
    public async Task<(PaymentIntent Intent, string? ReturnUrl)> AuthenticateAsync(string id, string source, bool approved)
    {
        var slot = Slot(id);
        await LockAsync(slot);
        try
        {
            var intent = slot.Current;
            if (intent.Authentication is not { } challenge || challenge.Source != source) return (intent, null);
            await CommitAsync(approved ? Confirmation.Authenticated(intent, Now()) : Confirmation.AuthenticationFailed(intent), call: null);
            return (slot.Current, challenge.ReturnUrl);
        }
        finally
        {
            slot.Gate.Release();
        }
    }

    async Task<Answer> ChangeAsync(StripeCall call, Func<PaymentIntent, Decision> decide)
    {
        var slot = Slot(call.Id);
        await LockAsync(slot);
        try
        {
            return await CommitAsync(decide(slot.Current), call);
        }
        finally
        {
            slot.Gate.Release();
        }
    }

    /// <summary>Not cancelable: a client that hangs up does not undo what has begun, at Stripe either.</summary>
    async Task<Answer> CommitAsync(Decision decision, StripeCall? call)
    {
        var now = Now();
        var events = new EventHeader[decision.Events.Count];
        for (var i = 0; i < events.Length; i++)
            events[i] = new(StripeId.Event(), decision.Events[i], now, webhooks.Wants(decision.Events[i]));
        var error = call?.FailsWith ?? decision.Error;
        var content = call?.FailsWith is null ? decision.Intent : null;
        var answer = new Answer(call?.RequestId ?? "", error?.Status ?? 200, content, error, call?.Expand() ?? Expand.None);
        var entry = new JournalEntry
        {
            Intent = decision.Intent,
            Charged = decision.Charged,
            Events = events,
            RequestId = call?.RequestId,
            Key = call?.IdempotencyKey is { } key ? new KeptKey(key, call.Endpoint, call.Fingerprint(), answer.Status, answer.Error, answer.Expand) : null,
        };
        await journal.AppendAsync(entry);
        foreach (var happened in state.Apply(entry)) webhooks.Enqueue(happened);
        return answer;
    }

    PaymentIntentSlot Slot(string id) => state.Find(id)
        ?? throw new RequestRefusedException(StripeError.NoSuch("payment_intent", id, "intent", status: 404));

    static async Task LockAsync(PaymentIntentSlot slot)
    {
        if (!await slot.Gate.WaitAsync(LockWait))
            throw new RequestRefusedException(StripeError.Invalid(
                "This object cannot be accessed right now because another API request or Stripe process is currently accessing it.",
                "lock_timeout", status: 429));
    }

    long Now() => time.GetUtcNow().ToUnixTimeSeconds();
}
