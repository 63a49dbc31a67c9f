using PaymentFlow.Benchmarks.Measuring;

namespace PaymentFlow.Benchmarks.World;

/// <param name="Kafka">A broker of one's own, <c>HOST:PORT</c>; null for librdkafka's in-process one.</param>
/// <param name="Telemetry">Whether the services send theirs.</param>
sealed record WorldOptions(string? Kafka, bool Telemetry)
{
    /// <summary>Of the in-process broker's topics: as the app host has them.</summary>
    public int Partitions { get; init; } = 4;

    /// <summary>How long an empty fetch from the in-process broker sleeps, in milliseconds; null for the app host's setting.</summary>
    public int? FetchWaitMs { get; init; }

    /// <summary>OrderService alone, where nobody pays.</summary>
    public bool OnlyOrders { get; init; }

    /// <summary>Environment variables for the services, on top of all others.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Npgsql's settings for the services' connections, on top of theirs.</summary>
    public string Npgsql { get; init; } = "";

    /// <exception cref="OptionException">One of them can't be understood.</exception>
    public static WorldOptions From(Options options) => new(options["kafka"] is { Length: > 0 } kafka ? kafka : null, options.Switch("telemetry"))
    {
        Environment = options["env"].Split(';', StringSplitOptions.RemoveEmptyEntries).Select(variable => variable.Split('=', 2) is [var name, var value]
            ? KeyValuePair.Create(name.Trim(), value)
            : throw new OptionException($"--env takes NAME=VALUE with semicolons between them, not '{variable}'.")).ToDictionary(),
        Npgsql = options["npgsql"],
        FetchWaitMs = options["fetch-wait-ms"].Length > 0 ? options.Number("fetch-wait-ms") : null,
    };
}
