namespace PaymentFlow.Contracts.Statistics;

/// <summary>The current state of payments, and statistics of the last hour.</summary>
/// <param name="At">When the statistics were read, UTC. The statistics may be two seconds older.</param>
/// <param name="Outbox">The outbox. Its minutes show how many payments succeeded, failed, and so on.</param>
/// <param name="Unacknowledged">
/// Published events that OrderService is not known to have applied. Normally those of the last half minute.
/// </param>
/// <param name="UnknownOutcome">Payments whose confirmation may be at Stripe and whose outcome is not known yet.</param>
/// <param name="OrdersAhead">
/// Orders that state more than their payment does, such as "paid" without a charge. Normally none.
/// </param>
public sealed record PaymentStatistics(
    DateTimeOffset At, OutboxStatistics Outbox, long Unacknowledged, Waiting UnknownOutcome, long OrdersAhead = 0);
