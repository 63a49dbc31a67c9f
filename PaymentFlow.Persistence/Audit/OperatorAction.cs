using PaymentFlow.ServiceDefaults;

namespace PaymentFlow.Persistence.Audit;

/// <summary>An action that an operator requested.</summary>
/// <param name="Action">A stable word: <c>payment.refund</c>, <c>payment.cancel</c>, <c>dead_letter.replay</c>…</param>
/// <param name="Target">The id of the object that the action concerns.</param>
/// <param name="Details">Further facts as JSON; never a secret.</param>
public sealed record OperatorAction(OperatorIdentity Actor, string Action, string Target, string? Details = null);

/// <param name="Actor">The operator's name, signed in or stated in <c>X-Operator-Name</c>.</param>
/// <param name="Address">The operator's IP address; null if unknown. Rows from before this column have it in <c>Actor</c>.</param>
/// <param name="At">When the operator requested the action, UTC.</param>
public sealed record RecordedAction(
    Guid Id, string Actor, string? Address, string Action, string Target, string? Details, DateTime At);
