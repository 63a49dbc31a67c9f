using Microsoft.Extensions.Configuration;

namespace PaymentFlow.ServiceDefaults.Configuration;

/// <summary>Repairs values that were pasted or written in a common wrong way. The app host compiles this file, too.</summary>
public static class TrimmedValues
{
    // A list with one entry is often set without its index. The configuration binder would ignore that value.
    static readonly string[] Lists =
    [
        "Clients:AllowedOrigins", "Proxies:Known", "Stripe:WebhookSecrets", "Payments:LaterChecks", "Events:Keys:payments",
        "Events:Keys:orders", "Webhooks:Keys", "Webhooks:Retries",
    ];

    /// <summary>
    /// Removes spaces and line breaks around every value, because a pasted secret often ends with a line feed, and makes the single value
    /// of a list its first entry.
    /// </summary>
    public static void TrimValues<TConfiguration>(this TConfiguration configuration)
        where TConfiguration : IConfiguration, IConfigurationBuilder
    {
        Dictionary<string, string?> repaired = [];
        foreach (var (key, value) in configuration.AsEnumerable())
            if (value is not null && value.Trim() is var trimmed && trimmed.Length < value.Length) repaired[key] = trimmed;
        foreach (var list in Lists)
            if (configuration[list]?.Trim() is { Length: > 0 } single && !configuration.GetSection(list).GetChildren().Any())
                repaired[$"{list}:0"] = single;
        if (repaired.Count > 0) configuration.AddInMemoryCollection(repaired);
    }
}
