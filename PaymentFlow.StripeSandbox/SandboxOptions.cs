using System.Globalization;

namespace PaymentFlow.StripeSandbox;

/// <summary>A setting that is missing or wrong; the message is one line that names it and the remedy.</summary>
public sealed class SandboxSettingException(string message) : Exception(message);

/// <summary>The sandbox's settings, checked.</summary>
internal sealed record SandboxOptions
{
    /// <summary><c>Sandbox:ApiKey</c>: the key that callers show. Its beginning sets it apart from every key of the real Stripe.</summary>
    public required string ApiKey { get; init; }

    /// <summary><c>Sandbox:JournalPath</c>: the file that holds everything.</summary>
    public required string JournalPath { get; init; }

    /// <summary><c>services:payment-api:http:0</c> with <c>/stripe/webhooks</c>; null sends no webhooks.</summary>
    public Uri? WebhookEndpoint { get; init; }

    /// <summary><c>Sandbox:WebhookSecret</c>: what webhooks are signed with.</summary>
    public string? WebhookSecret { get; init; }

    /// <summary><c>Sandbox:WebhookEvents</c>: the types of event to send, as an endpoint's <c>enabled_events</c>; none means all.</summary>
    public IReadOnlySet<string>? WebhookEvents { get; init; }

    /// <summary>
    /// <c>Sandbox:AfterEffectsDelay</c>: how long after its cause something happens by itself (a refund settles, a bank disputes). 2 s.
    /// </summary>
    public TimeSpan AfterEffectsDelay { get; init; } = TimeSpan.FromSeconds(2);

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
                $"Sandbox:ApiKey is {(string.IsNullOrEmpty(apiKey) ? "missing" : "not a sandbox key")}: set Sandbox__ApiKey to a key of your "
                + $"own that begins with {ApiKeyPrefix}, and the same as Stripe__ApiKey of payment-api.");

        if (section["JournalPath"] is not { Length: > 0 } journal)
            throw new SandboxSettingException("Sandbox:JournalPath is missing: set Sandbox__JournalPath to the file that is to hold the sandbox's books.");

        var (endpoint, secret) = (Endpoint(configuration), section["WebhookSecret"]);
        if (endpoint is not null && string.IsNullOrEmpty(secret))
            throw new SandboxSettingException(
                "Sandbox:WebhookSecret is missing: set Sandbox__WebhookSecret to the same as Stripe__WebhookSecrets__0 of payment-api.");

        return new()
        {
            ApiKey = apiKey,
            JournalPath = journal,
            WebhookEndpoint = endpoint,
            WebhookSecret = secret,
            AfterEffectsDelay = Delay(section),
            WebhookEvents = section.GetSection("WebhookEvents").Get<string[]>()?.ToHashSet(StringComparer.Ordinal),
        };
    }

    static TimeSpan Delay(IConfigurationSection section)
    {
        if (section["AfterEffectsDelay"] is not { Length: > 0 } text) return TimeSpan.FromSeconds(2);
        return TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var delay) && delay >= TimeSpan.Zero && delay <= TimeSpan.FromDays(1)
            ? delay
            : throw new SandboxSettingException(
                $"Sandbox:AfterEffectsDelay is no time up to a day: '{text}'. Set Sandbox__AfterEffectsDelay to one like 00:00:02.");
    }

    static Uri? Endpoint(IConfiguration configuration)
    {
        const string setting = "services:payment-api:http:0";
        if (configuration[setting] is not { Length: > 0 } address) return null;
        return Uri.TryCreate(address.TrimEnd('/') + "/stripe/webhooks", UriKind.Absolute, out var endpoint)
            ? endpoint
            : throw new SandboxSettingException($"{setting} is no address: '{address}'. Set services__payment-api__http__0 to one like http://localhost:5201.");
    }
}
