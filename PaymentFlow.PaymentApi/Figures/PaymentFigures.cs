using PaymentFlow.Messaging.Figures;

namespace PaymentFlow.PaymentApi.Figures;

/// <summary>How the payments are now, and how the last hour was.</summary>
/// <param name="At">When this was read, UTC; what it tells may be two seconds older.</param>
/// <param name="Outbox">Of <c>payments</c>: its minutes tell how many payments succeeded, failed, and so on.</param>
/// <param name="Unacknowledged">Published events that OrderService is not known to have applied yet. In health the last half minute's.</param>
/// <param name="UnknownOutcome">Payments that were sent to Stripe and are neither paid nor refused as far as is known.</param>
public sealed record PaymentFigures(DateTimeOffset At, OutboxFigures Outbox, long Unacknowledged, Waiting UnknownOutcome);
