using System.Globalization;

namespace PaymentFlow.StripeSandbox;

/// <summary>A setting is missing or wrong. The message is one line with the setting's name and the remedy.</summary>
public sealed class SandboxSettingException(string message) : Exception(message);

/// <summary>The sandbox's validated settings.</summary>
sealed record SandboxOptions
{
    /// <summary><c>Sandbox:ApiKey</c>: the API key that callers send. Its prefix differs from all real Stripe keys.</summary>
    public required string ApiKey { get; init; }

    /// <summary><c>Sandbox:JournalPath</c>: the path of the journal file.</summary>
    public required string JournalPath { get; init; }

    /// <summary><c>services:payment-api:http:0</c> plus <c>/stripe/webhooks</c>. If it is null, no webhooks are sent.</summary>
    public Uri? WebhookEndpoint { get; init; }

    /// <summary><c>Sandbox:WebhookSecret</c>: the secret that signs webhooks.</summary>
    public string? WebhookSecret { get; init; }

    /// <summary>
    /// <c>Sandbox:WebhookEvents</c>: the event types to send, like an endpoint's <c>enabled_events</c>. If it is empty, all are sent.
    /// </summary>
    public IReadOnlySet<string>? WebhookEvents { get; init; }

    /// <summary>
    /// <c>Sandbox:ScheduledEffectsDelay</c>: the time between a call and its after-effects (a refund settles, a bank opens a dispute).
    /// The default is 2 s.
    /// </summary>
    public TimeSpan ScheduledEffectsDelay { get; init; } = TimeSpan.FromSeconds(2);

    public const string ApiKeyPrefix = "sk_test_sandbox";

    /// <exception cref="SandboxSettingException">A setting is missing or wrong.</exception>
    public static SandboxOptions Read(IConfiguration configuration, IHostEnvironment environment)
    {
        if (!environment.IsDevelopment())
            throw new SandboxSettingException(
                $"The Stripe sandbox is for development only and does not start in '{environment.EnvironmentName}': "
                + "use Stripe itself there (Stripe:ApiKey), or set ASPNETCORE_ENVIRONMENT=Development.");

        var section = configuration.GetSection("Sandbox");
        var apiKey = section["ApiKey"];
        if (string.IsNullOrEmpty(apiKey) || !apiKey.StartsWith(ApiKeyPrefix, StringComparison.Ordinal))
            throw new SandboxSettingException(
                $"Sandbox:ApiKey is {(string.IsNullOrEmpty(apiKey) ? "missing" : "not a sandbox key")}: set Sandbox__ApiKey to a key "
                + $"that begins with {ApiKeyPrefix}, and set Stripe__ApiKey of payment-api to the same key.");

        if (section["JournalPath"] is not { Length: > 0 } journal)
            throw new SandboxSettingException("Sandbox:JournalPath is missing: set Sandbox__JournalPath to the path of the journal file.");

        var (endpoint, secret) = (Endpoint(configuration), section["WebhookSecret"]);
        if (endpoint is not null && string.IsNullOrEmpty(secret))
            throw new SandboxSettingException(
                "Sandbox:WebhookSecret is missing: set Sandbox__WebhookSecret to the value of Stripe__WebhookSecrets__0 of payment-api.");

        return new()
        {
            ApiKey = apiKey,
            JournalPath = journal,
            WebhookEndpoint = endpoint,
            WebhookSecret = secret,
            ScheduledEffectsDelay = Delay(section),
            WebhookEvents = section.GetSection("WebhookEvents").Get<string[]>()?.ToHashSet(StringComparer.Ordinal),
        };
    }

    static TimeSpan Delay(IConfigurationSection section)
    {
        if (section["ScheduledEffectsDelay"] is not { Length: > 0 } text) return TimeSpan.FromSeconds(2);
        return TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var delay)
            && delay >= TimeSpan.Zero && delay <= TimeSpan.FromDays(1)
            ? delay
            : throw new SandboxSettingException(
                $"Sandbox:ScheduledEffectsDelay is not a time of at most one day: '{text}'. "
                + "Set Sandbox__ScheduledEffectsDelay to a time such as 00:00:02.");
    }

    static Uri? Endpoint(IConfiguration configuration)
    {
        const string setting = "services:payment-api:http:0";
        if (configuration[setting] is not { Length: > 0 } address) return null;
        return Uri.TryCreate(address.TrimEnd('/') + "/stripe/webhooks", UriKind.Absolute, out var endpoint)
            ? endpoint
            : throw new SandboxSettingException(
                $"{setting} is not a URL: '{address}'. Set services__payment-api__http__0 to a URL such as http://localhost:5201.");
    }
}
