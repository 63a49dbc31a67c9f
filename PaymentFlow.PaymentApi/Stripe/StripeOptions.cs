using PaymentFlow.ServiceDefaults;

namespace PaymentFlow.PaymentApi.Stripe;

/// <summary>The section <c>Stripe</c>.</summary>
public sealed class StripeOptions
{
    /// <summary>Stripe's secret key. Never logged.</summary>
    public string ApiKey { get; init; } = "";

    /// <summary>The sandbox's address, in development only.</summary>
    public Uri? ApiBase { get; init; }

    /// <summary>The webhook endpoint's signing secrets. There are two while one replaces the other.</summary>
    public IReadOnlyList<string> WebhookSecrets { get; init; } = [];

    /// <summary>If set, the service starts only with a key of this mode. Prevents a live key in a test system, and the reverse.</summary>
    public bool? LiveMode { get; init; }

    public bool IsLiveKey =>
        ApiKey.StartsWith("sk_live_", StringComparison.Ordinal) || ApiKey.StartsWith("rk_live_", StringComparison.Ordinal);

    bool IsSandboxKey => ApiKey.StartsWith("sk_test_sandbox", StringComparison.Ordinal);

    /// <summary>The errors in the settings and how to fix them, one line each.</summary>
    public IEnumerable<string> Problems(bool development)
    {
        if (ApiKey.Length == 0)
            yield return "The setting Stripe:ApiKey is missing: set it to your Stripe secret key, or start through PaymentFlow.AppHost.";
        if (SettingRules.Secret(ApiKey) is { } badKey) yield return $"Stripe:ApiKey {badKey}";
        if (ApiKey.StartsWith("pk_", StringComparison.Ordinal) || ApiKey.StartsWith("whsec_", StringComparison.Ordinal))
            yield return "Stripe:ApiKey is a publishable key or a webhook secret: set it to the secret key, sk_… or rk_….";
        if (ApiBase is not null && !(ApiBase.IsAbsoluteUri && SettingRules.IsWebAddress(ApiBase.AbsoluteUri, out var _)))
            yield return $"Stripe:ApiBase is '{ApiBase}', which is not a URL: set it to one, such as http://localhost:5203.";
        if (ApiBase is not null && !development)
            yield return "Stripe:ApiBase is set outside Development: remove it, because payments must go to Stripe.";
        if (ApiBase is not null && !IsSandboxKey)
            yield return "Stripe:ApiBase is set with a real key: remove one of the two. The sandbox accepts only sk_test_sandbox… keys.";
        if (ApiBase is null && IsSandboxKey)
            yield return "Stripe:ApiKey is a sandbox key, but Stripe:ApiBase is missing: set the sandbox's address, or a real key.";
        if (WebhookSecrets.Any(string.IsNullOrWhiteSpace))
            yield return "A secret in Stripe:WebhookSecrets is empty, so any sender could sign with it: set it or remove it.";
        foreach (var (i, secret) in WebhookSecrets.Index())
            if (SettingRules.Secret(secret ?? "") is { } badSecret) yield return $"Stripe:WebhookSecrets:{i} {badSecret}";
        if (LiveMode is { } live && live != IsLiveKey)
            yield return $"Stripe:LiveMode is {live}, but Stripe:ApiKey is a {(IsLiveKey ? "live" : "test")} key: one of the two is wrong.";
    }
}
