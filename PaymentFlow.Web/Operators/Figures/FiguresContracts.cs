using PaymentFlow.Messaging.Consuming;
using PaymentFlow.Messaging.Figures;

namespace PaymentFlow.Web.Operators.Figures;

/// <summary>The figures in PaymentApi's response.</summary>
/// <param name="Unacknowledged">Events that OrderService has not confirmed as applied.</param>
/// <param name="UnknownOutcome">Payments that were sent to Stripe and whose outcome is not known yet.</param>
public sealed record PaymentFigures(DateTimeOffset At, OutboxFigures Outbox, long Unacknowledged, Waiting UnknownOutcome);

/// <summary>The figures in OrderService's response.</summary>
/// <param name="Lag">Null when Kafka does not answer.</param>
/// <param name="Sockets">The open sockets of the instance that responded.</param>
public sealed record OrderFigures(
    DateTimeOffset At, OutboxFigures Outbox, Waiting DeadLetters, IReadOnlyList<PartitionLag>? Lag, long Sockets);
