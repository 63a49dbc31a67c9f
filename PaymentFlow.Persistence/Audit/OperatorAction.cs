namespace PaymentFlow.Persistence.Audit;

/// <summary>An action that an operator requested.</summary>
/// <param name="Actor">The operator, as far as known: see <c>OperatorIdentity</c>.</param>
/// <param name="Action">A stable word: <c>payment.refund</c>, <c>payment.cancel</c>, <c>dead_letter.replay</c>…</param>
/// <param name="Target">The id of the object that the action concerns.</param>
/// <param name="Details">Further facts as JSON; never a secret.</param>
public sealed record OperatorAction(string Actor, string Action, string Target, string? Details = null);

/// <param name="At">When the operator requested the action, UTC.</param>
public sealed record RecordedAction(Guid Id, string Actor, string Action, string Target, string? Details, DateTime At);
