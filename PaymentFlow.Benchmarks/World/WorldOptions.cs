using PaymentFlow.Testing.Measuring;

namespace PaymentFlow.Benchmarks.World;

/// <param name="Kafka">An external broker, <c>HOST:PORT</c>; null for librdkafka's in-process broker.</param>
/// <param name="Telemetry">Whether the services send telemetry.</param>
sealed record WorldOptions(string? Kafka, bool Telemetry)
{
    /// <summary>Partitions per topic of the in-process broker. The default is the app host's.</summary>
    public int Partitions { get; init; } = 4;

    /// <summary>How long an empty fetch from the in-process broker sleeps, in milliseconds; null for the app host's setting.</summary>
    public int? FetchWaitMs { get; init; }

    /// <summary>Starts only OrderService, for modes without payments.</summary>
    public bool OnlyOrders { get; init; }

    /// <summary>Starts a second Stripe sandbox, which sends no webhooks, for the peers.</summary>
    public bool PeerSandbox { get; init; }

    /// <summary>Environment variables for the services. They override all others.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Additional Npgsql settings for the services' connections.</summary>
    public string Npgsql { get; init; } = "";

    /// <exception cref="OptionException">An option has an invalid value.</exception>
    public static WorldOptions From(Options options) => new(
        options["kafka"] is { Length: > 0 } kafka ? kafka : null, options.Switch("telemetry"))
    {
        Environment = options["env"].Split(';', StringSplitOptions.RemoveEmptyEntries)
            .Select(variable => variable.Split('=', 2) is [var name, var value]
                ? KeyValuePair.Create(name.Trim(), value)
                : throw new OptionException($"--env takes NAME=VALUE pairs separated by semicolons, not '{variable}'.")).ToDictionary(),
        Npgsql = options["npgsql"],
        FetchWaitMs = options["fetch-wait-ms"].Length > 0 ? options.Number("fetch-wait-ms") : null,
    };
}
