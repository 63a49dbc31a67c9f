namespace PaymentFlow.Contracts.Statistics;

/// <summary>The workload of this service now, and its activity in the last hour.</summary>
/// <param name="At">When the statistics were read, UTC. The statistics may be two seconds older.</param>
/// <param name="Outbox">The outbox of topic <c>orders</c>. Its minutes count the orders that were created, paid, and so on.</param>
/// <param name="DeadLetters">The dead letters that wait for an operator.</param>
/// <param name="Lag">The lag of the group that consumes <c>payments</c>, by partition; null when Kafka does not report it.</param>
/// <param name="Sockets">The open WebSockets and event streams of the instance that answers.</param>
public sealed record OrderStatistics(
    DateTimeOffset At, OutboxStatistics Outbox, Waiting DeadLetters, IReadOnlyList<PartitionLag>? Lag, long Sockets);

/// <summary>Events of a partition that the group has not committed yet, whichever member owns the partition.</summary>
public sealed record PartitionLag(int Partition, long Events);
