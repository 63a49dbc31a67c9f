namespace PaymentFlow.StripeSandbox.Faults;

/// <summary>What a call is for, as far as faults tell calls apart. Calls of <see cref="Other"/> meet only faults for any call.</summary>
internal enum CallKind
{
    Any,
    Create,
    Confirm,
    Cancel,
    Capture,
    Retrieve,
    List,
    Refund,
    Other,
}

internal enum FaultKind
{
    /// <summary>Nothing is done; the connection is held open and then dropped without an answer.</summary>
    HangBefore,
    /// <summary>The work is done and its answer kept for the idempotency key; the connection is held open and then dropped.</summary>
    HangAfter,
    /// <summary>A 500 before execution began: nothing is done, nothing is kept for the key.</summary>
    ErrorBefore,
    /// <summary>The work is done, and the answer is a 500, which is what is kept for the key.</summary>
    ErrorAfter,
    /// <summary>A 429 with <c>Retry-After</c>: nothing is done, nothing is kept for the key.</summary>
    RateLimit,
    /// <summary>
    /// The work begins late. Its key is in use meanwhile, and it is done in the end even if the client has hung up by then, as at Stripe.
    /// </summary>
    Slow,
    /// <summary>The bank declines a confirmation, whichever payment method it names.</summary>
    Decline,
}

/// <summary>A fault that one call has met. <paramref name="Released"/> ends its waiting early.</summary>
internal sealed record Fault(FaultKind Kind, TimeSpan Wait, CancellationToken Released);

/// <summary>A fault that <paramref name="Remaining"/> more calls will meet.</summary>
internal sealed record PlannedFault(CallKind Call, FaultKind Fault, int Remaining, TimeSpan Wait);
