using PaymentFlow.StripeSandbox.Events;
using PaymentFlow.StripeSandbox.Idempotency;
using PaymentFlow.StripeSandbox.Objects;
using PaymentFlow.StripeSandbox.Protocol;
using PaymentFlow.StripeSandbox.Storage;
using PaymentFlow.StripeSandbox.Webhooks;

namespace PaymentFlow.StripeSandbox.Ledger;

/// <summary>
/// Commits every change. Only one request at a time works on a PaymentIntent and its charge, refunds and disputes. The new state, the
/// events and the answer for the idempotency key are one line in the journal. None of them is visible before that line is written.
/// </summary>
sealed class Books(SandboxState state, Journal journal, WebhookQueue webhooks, ScheduledEffectQueue effects, TimeProvider time)
{
    /// <summary>
    /// How long a request waits for another request on the same PaymentIntent, before it fails with Stripe's <c>lock_timeout</c>.
    /// </summary>
    static readonly TimeSpan LockWait = TimeSpan.FromSeconds(10);

    public SandboxState State => state;

    public long Now() => time.GetUtcNow().ToUnixTimeSeconds();

    /// <exception cref="RequestRefusedException">There is no such PaymentIntent.</exception>
    public PaymentIntent Get(string id) => Slot(id).Current;

    /// <summary>Executes a call on an existing PaymentIntent.</summary>
    public async Task<Answer> ChangeAsync(StripeCall call, string intentId, Func<PaymentIntent, Decision> decide)
    {
        var slot = Slot(intentId);
        if (!await slot.Gate.WaitAsync(LockWait))
            throw new RequestRefusedException(StripeError.Invalid(
                "This object cannot be accessed right now because another API request or Stripe process is currently accessing it.",
                "lock_timeout", status: 429));
        try
        {
            return Commit(decide(slot.Current), call);
        }
        finally
        {
            slot.Gate.Release();
        }
    }

    /// <summary>
    /// Applies a change that no API call caused: the customer's answer to a challenge, or a decision of the bank. A null decision changes
    /// nothing.
    /// </summary>
    /// <returns>The answer that an API call would have had. Null when nothing changed.</returns>
    public async Task<Answer?> HappenAsync(string intentId, Func<PaymentIntent, Decision?> decide)
    {
        var slot = Slot(intentId);
        await slot.Gate.WaitAsync();
        try
        {
            return decide(slot.Current) is { } decision ? Commit(decision, call: null) : null;
        }
        finally
        {
            slot.Gate.Release();
        }
    }

    /// <summary>
    /// Commits the decision. For an existing PaymentIntent the caller must hold its gate. Not cancelable: as at Stripe, a call that has
    /// begun is completed even if the client disconnects.
    /// </summary>
    public Answer Commit(Decision decision, StripeCall? call)
    {
        var now = Now();
        var events = new EventHeader[decision.Events.Count];
        for (var i = 0; i < events.Length; i++)
        {
            var (type, subject) = decision.Events[i];
            events[i] = new(StripeId.Event(), type, now, webhooks.Wants(type)) { Subject = subject };
        }
        var error = call?.FailsWith ?? decision.Error;
        var answer = new Answer(
            call?.RequestId ?? "", error?.Status ?? 200, Content(decision.Intent, decision.Subject, error), error,
            call?.Expand() ?? Expand.None);
        var entry = new JournalEntry
        {
            Intent = decision.Intent,
            Charged = decision.Charged,
            Events = events,
            RequestId = call?.RequestId,
            Key = call?.IdempotencyKey is { } key
                ? new KeptKey(key, call.Endpoint, call.Fingerprint(), answer.Status, answer.Error, answer.Expand)
                { Subject = decision.Subject }
                : null,
        };
        journal.Append(entry);
        foreach (var happened in state.Apply(entry)) webhooks.Enqueue(happened);
        effects.Enqueue(decision.Intent);
        return answer;
    }

    /// <summary>The object in an answer: the refund or dispute that it concerns, otherwise the PaymentIntent.</summary>
    public static IStripeObject? Content(PaymentIntent intent, string? subject, StripeError? error)
    {
        // An error about a refund or dispute, or an api_error, contains no object.
        if (error is not null) return subject is null && error.Type != StripeError.ApiErrorType ? intent : null;
        return subject is null ? intent : intent.View(subject);
    }

    PaymentIntentSlot Slot(string id) => state.Find(id)
        ?? throw new RequestRefusedException(StripeError.NoSuch("payment_intent", id, "intent", status: 404));
}
