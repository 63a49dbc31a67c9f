using PaymentFlow.Benchmarks.Measuring;

namespace PaymentFlow.Benchmarks.World;

/// <param name="Kafka">A broker of one's own, <c>HOST:PORT</c>; null for librdkafka's in-process one.</param>
/// <param name="Telemetry">Whether the services send theirs.</param>
sealed record WorldOptions(string? Kafka, bool Telemetry)
{
    /// <summary>Of the in-process broker's topics: as the embedded engine has them.</summary>
    public int Partitions { get; init; } = 4;

    /// <summary>OrderService alone, where nobody pays.</summary>
    public bool OnlyOrders { get; init; }

    public static WorldOptions From(Options options) => new(options["kafka"] is { Length: > 0 } kafka ? kafka : null, options.Switch("telemetry"));
}
