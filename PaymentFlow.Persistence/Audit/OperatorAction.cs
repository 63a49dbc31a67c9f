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

/// <summary>Which actions to read. Null stands for all.</summary>
/// <param name="Actor">A part of the operator's name, in any case.</param>
/// <param name="Action">The whole word, such as <c>payment.refund</c>.</param>
/// <param name="Target">The whole id.</param>
/// <param name="From">Actions at this time or later.</param>
/// <param name="To">Actions before this time.</param>
public sealed record OperatorActionFilter(string? Actor, string? Action, string? Target, DateTimeOffset? From, DateTimeOffset? To);
