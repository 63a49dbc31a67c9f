using System.Collections.Concurrent;
using PaymentFlow.StripeSandbox.Protocol;

namespace PaymentFlow.StripeSandbox.Idempotency;

/// <summary>The part of an answer that the journal stores. The answer's PaymentIntent is in the same line.</summary>
sealed record KeptKey(string Key, string Endpoint, string Fingerprint, int Status, StripeError? Error, Expand Expand)
{
    /// <summary>The id of the refund or dispute in the answer. Null for the PaymentIntent, empty for an error alone.</summary>
    public string? Subject { get; init; }
}

/// <summary>
/// <see href="https://docs.stripe.com/api/idempotent_requests">Stripe's rules</see>. Once execution begins, status and body are stored for
/// the key, and a repeated request gets them again. The same key with other parameters or another endpoint is an error. So is a key whose
/// first request is still running. A request refused before execution leaves its key free. Keys never expire as long as the journal exists.
/// </summary>
sealed class IdempotencyKeys
{
    public const int MaximumLength = 255;

    readonly ConcurrentDictionary<string, Slot> _slots = new(StringComparer.Ordinal);

    /// <summary>Claims the key for a request that is about to run, or returns the answer stored for the key.</summary>
    /// <returns>Null when the caller must execute the request and then call <see cref="Keep"/> or <see cref="Release"/>.</returns>
    public Answer? Claim(string key, string endpoint, string fingerprint)
    {
        var mine = new Slot(endpoint, fingerprint);
        var slot = _slots.GetOrAdd(key, mine);
        if (ReferenceEquals(slot, mine)) return null;
        if (slot.Endpoint != endpoint)
            throw new RequestRefusedException(new(400, StripeError.Idempotency,
                "Keys for idempotent requests can only be used for the same endpoint they were first used for "
                + $"('{endpoint}' vs '{slot.Endpoint}'). Try using a key other than '{key}' if you meant to execute a different request."));
        if (slot.Fingerprint != fingerprint)
            throw new RequestRefusedException(new(400, StripeError.Idempotency,
                "Keys for idempotent requests can only be used with the same parameters they were first used with. "
                + $"Try using a key other than '{key}' if you meant to execute a different request."));
        return slot.Answer ?? throw new RequestRefusedException(StripeError.Invalid(
            "There is currently another in-progress request using this Idempotent Key (that probably means you submitted twice, and the "
            + $"other request is still going through): {key}. Please try again later.", "idempotency_key_in_use", status: 409));
    }

    public void Keep(KeptKey kept, Answer answer) =>
        _slots.GetOrAdd(kept.Key, static (_, k) => new Slot(k.Endpoint, k.Fingerprint), kept).Answer = answer;

    /// <summary>Frees the key if no answer is stored for it.</summary>
    public void Release(string key)
    {
        if (_slots.TryGetValue(key, out var slot) && slot.Answer is null) _slots.TryRemove(new(key, slot));
    }

    sealed class Slot(string endpoint, string fingerprint)
    {
        Answer? _answer;

        public string Endpoint => endpoint;
        public string Fingerprint => fingerprint;
        public Answer? Answer { get => Volatile.Read(ref _answer); set => Volatile.Write(ref _answer, value); }
    }
}
