using PaymentFlow.Messaging.Consuming;
using PaymentFlow.Messaging.Figures;

namespace PaymentFlow.OrderService.Figures;

/// <summary>The workload of this service now, and its activity in the last hour.</summary>
/// <param name="At">When the figures were read, UTC. The figures may be two seconds older.</param>
/// <param name="Outbox">The outbox of topic <c>orders</c>. Its minutes count the orders that were created, paid, and so on.</param>
/// <param name="DeadLetters">The dead letters that wait for an operator.</param>
/// <param name="Lag">The lag of the group that consumes <c>payments</c>, by partition; null when Kafka does not report it.</param>
/// <param name="Sockets">The open WebSockets of the instance that answers.</param>
public sealed record OrderFigures(
    DateTimeOffset At, OutboxFigures Outbox, Waiting DeadLetters, IReadOnlyList<PartitionLag>? Lag, long Sockets);
