using PaymentFlow.Benchmarks.World;

namespace PaymentFlow.Benchmarks.Peers;

/// <summary>A target whose consumer can be killed: PaymentFlow or a peer. All are measured by the same code.</summary>
interface IPeer : ITarget
{
    /// <summary>The name in <see cref="ITarget.Processes"/> of the process that reads the events and holds the sockets.</summary>
    string Consumer { get; }

    /// <summary>
    /// Whether <see cref="ITarget.PrepareAsync"/> creates the PaymentIntent, as a checkout does while the customer reads.
    /// </summary>
    bool Prepares { get; set; }

    /// <summary>Kills the consumer (SIGKILL). It starts again when the result is disposed.</summary>
    Task<IAsyncDisposable> KeepConsumerDownAsync();

    /// <summary>Puts an event for each order into Kafka; returns when Kafka has all of them.</summary>
    Task ProduceAsync(OrderBatch orders);

    /// <summary>When the first and the last order were paid, by the consumer's clock.</summary>
    Task<(DateTimeOffset First, DateTimeOffset Last)> PaidBetweenAsync(OrderBatch orders);

    /// <summary>The number of orders that were paid after this time.</summary>
    Task<long> PaidAfterAsync(OrderBatch orders, DateTimeOffset time);

    /// <summary>How many times an order was marked paid although it already was.</summary>
    Task<long> RepeatedAsync(OrderBatch orders);
}
