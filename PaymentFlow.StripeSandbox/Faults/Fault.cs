
namespace PaymentFlow.StripeSandbox.Faults;

/// <summary>
/// The kinds of call that a fault can be planned for. Calls of kind <see cref="Other"/> get only faults planned for <see cref="Any"/>.
/// </summary>
enum CallKind
{
    Any,
    Create,
    Confirm,
    Cancel,
    Retrieve,
    List,
    Refund,
    Other,
}

enum FaultKind
{
    /// <summary>The call is not executed. The connection is held open, then dropped without an answer.</summary>
    HangBefore,
    /// <summary>The call is executed, and its answer is stored for the idempotency key. The connection is held, then dropped.</summary>
    HangAfter,
    /// <summary>A 500 before execution. Nothing is done, and nothing is stored for the key.</summary>
    ErrorBefore,
    /// <summary>The call is executed, but the answer is a 500. The 500 is stored for the key.</summary>
    ErrorAfter,
    /// <summary>A 429 with <c>Retry-After</c>. Nothing is done, and nothing is stored for the key.</summary>
    RateLimit,
    /// <summary>
    /// Execution begins late. The key is in use meanwhile. As at Stripe, the call is executed even if the client has disconnected.
    /// </summary>
    Slow,
    /// <summary>The bank declines a confirmation, for any payment method.</summary>
    Decline,
}

/// <summary>The fault of one call. <paramref name="Released"/> ends its wait early.</summary>
sealed record Fault(FaultKind Kind, TimeSpan Wait, CancellationToken Released);

/// <summary>A fault for the next <paramref name="Remaining"/> calls.</summary>
sealed record PlannedFault(CallKind Call, FaultKind Fault, int Remaining, TimeSpan Wait);
