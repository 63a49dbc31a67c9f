using PaymentFlow.Messaging.Consuming;
using PaymentFlow.Messaging.Figures;

namespace PaymentFlow.Web.Operators.Figures;

/// <summary>As PaymentApi answers them.</summary>
/// <param name="Unacknowledged">Events that OrderService is not known to have applied.</param>
/// <param name="UnknownOutcome">Payments that were sent to Stripe and are neither paid nor refused as far as is known.</param>
public sealed record PaymentFigures(DateTimeOffset At, OutboxFigures Outbox, long Unacknowledged, Waiting UnknownOutcome);

/// <summary>As OrderService answers them.</summary>
/// <param name="Lag">Null when Kafka does not say.</param>
/// <param name="Sockets">Of the instance that answered.</param>
public sealed record OrderFigures(
    DateTimeOffset At, OutboxFigures Outbox, Waiting DeadLetters, IReadOnlyList<PartitionLag>? Lag, long Sockets);
