namespace PaymentFlow.Messaging.Audit;

/// <summary>Something an operator asked for.</summary>
/// <param name="Actor">Who, as far as is known: see <c>OperatorIdentity</c>.</param>
/// <param name="Action">What, as a stable word: <c>payment.refund</c>, <c>payment.cancel</c>, <c>dead_letter.replay</c>…</param>
/// <param name="Target">The id of what it was done to.</param>
/// <param name="Details">Further facts as JSON; never a secret.</param>
public sealed record OperatorAction(string Actor, string Action, string Target, string? Details = null);

/// <param name="At">When it was asked for, UTC.</param>
public sealed record RecordedAction(Guid Id, string Actor, string Action, string Target, string? Details, DateTime At);
