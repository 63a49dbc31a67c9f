using PaymentFlow.Messaging.Consuming;
using PaymentFlow.Messaging.Figures;

namespace PaymentFlow.OrderService.Figures;

/// <summary>How the orders are now, and how the last hour was.</summary>
/// <param name="At">When this was read, UTC; what it tells may be two seconds older.</param>
/// <param name="Outbox">Of <c>orders</c>: its minutes tell how many orders were made, paid, and so on.</param>
/// <param name="DeadLetters">Those that wait for an operator.</param>
/// <param name="Lag">Of the group that consumes <c>payments</c>, by partition; null when Kafka does not say.</param>
/// <param name="Sockets">WebSockets that are open in the instance that answers.</param>
public sealed record OrderFigures(
    DateTimeOffset At, OutboxFigures Outbox, Waiting DeadLetters, IReadOnlyList<PartitionLag>? Lag, long Sockets);
