namespace PaymentFlow.PaymentApi.Stripe;

/// <summary>The section <c>Stripe</c>.</summary>
public sealed class StripeOptions
{
    /// <summary>Stripe's secret key. Never logged.</summary>
    public string ApiKey { get; init; } = "";

    /// <summary>The sandbox's address, in development only.</summary>
    public Uri? ApiBase { get; init; }

    /// <summary>The webhook endpoint's signing secrets: two while one is being rolled.</summary>
    public IReadOnlyList<string> WebhookSecrets { get; init; } = [];

    /// <summary>When set, start fails unless the key is of that mode: a guard against the wrong key in the wrong place.</summary>
    public bool? LiveMode { get; init; }

    public bool IsLiveKey => ApiKey.StartsWith("sk_live_", StringComparison.Ordinal) || ApiKey.StartsWith("rk_live_", StringComparison.Ordinal);

    bool IsSandboxKey => ApiKey.StartsWith("sk_test_sandbox", StringComparison.Ordinal);

    /// <summary>What is wrong with the settings and how to mend it, one line each.</summary>
    public IEnumerable<string> Problems(bool development)
    {
        if (ApiKey.Length == 0)
            yield return "The setting Stripe:ApiKey is missing: set it to your Stripe secret key, or start through PaymentFlow.AppHost.";
        if (ApiBase is not null && !development)
            yield return "Stripe:ApiBase is set outside Development: remove it, payments must go to Stripe.";
        if (ApiBase is not null && !IsSandboxKey)
            yield return "Stripe:ApiBase is set beside a real key: remove one of the two, the sandbox takes only sk_test_sandbox… keys.";
        if (ApiBase is null && IsSandboxKey)
            yield return "Stripe:ApiKey is the sandbox's, but Stripe:ApiBase is missing: set the sandbox's address, or a real key.";
        if (WebhookSecrets.Any(string.IsNullOrWhiteSpace))
            yield return "A secret in Stripe:WebhookSecrets is empty: anybody could sign with it; set it or remove it.";
        if (LiveMode is { } live && live != IsLiveKey)
            yield return $"Stripe:LiveMode is {live}, but Stripe:ApiKey is a {(IsLiveKey ? "live" : "test")} key: one of the two is wrong.";
    }
}
