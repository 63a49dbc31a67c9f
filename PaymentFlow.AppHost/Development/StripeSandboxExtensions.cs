using System.Net.Http.Json;

namespace PaymentFlow.AppHost.Development;

/// <summary>A local replacement for Stripe, for development without Stripe keys. Never used in production.</summary>
static class StripeSandboxExtensions
{
    const string ApiKey = "sk_test_sandbox_paymentflow";

    /// <summary>The events of the webhook endpoint, as docs/deploy.md registers it at Stripe.</summary>
    public static IReadOnlyList<string> WebhookEvents { get; } =
    [
        "payment_intent.succeeded", "payment_intent.payment_failed", "payment_intent.canceled", "payment_intent.requires_action",
        "payment_intent.processing", "charge.refunded", "refund.created", "refund.updated", "refund.failed",
        "charge.dispute.created", "charge.dispute.updated", "charge.dispute.closed",
    ];

    public static IResourceBuilder<ProjectResource> AddStripeSandbox(
        this IDistributedApplicationBuilder builder, string name, IResourceBuilder<ProjectResource> payments)
    {
        var webhookSecret = builder.AddGeneratedSecret("sandbox-webhook-secret");
        var sandbox = builder.AddProject<Projects.PaymentFlow_StripeSandbox>(name)
            .AsBuiltProgram()
            .WithReference(payments)
            .WithEnvironment("Sandbox__ApiKey", ApiKey)
            .WithEnvironment("Sandbox__WebhookSecret", webhookSecret)
            .WithEnvironment("Sandbox__JournalPath", Path.Combine(builder.DataFolder(), "stripe-sandbox.journal"))
            .WithEnvironment(context =>
            {
                foreach (var (i, type) in WebhookEvents.Index()) context.EnvironmentVariables[$"Sandbox__WebhookEvents__{i}"] = type;
            })
            .WithHttpHealthCheck("/health")
            .WithUrlForEndpoint("http", url => url.DisplayText = "Stripe sandbox")
            .WithUrlForEndpoint("http", _ => new() { Url = "/_sandbox/charges", DisplayText = "Ledger" })
            .WithFaultCommand("decline-next", "Decline the next payment", "PaymentDismiss",
                HttpMethod.Post, "/_sandbox/faults", new { call = "confirm", fault = "decline" }, "The next confirmation is declined.")
            .WithFaultCommand("never-answer", "Charge and never answer", "QuestionCircle",
                HttpMethod.Post, "/_sandbox/faults", new { call = "confirm", fault = "hang_after", seconds = 30 },
                "The next confirmation charges the card, waits 30 s and closes the connection without an answer.")
            .WithFaultCommand("webhooks-astray", "Send webhooks twice and out of order", "ArrowShuffle",
                HttpMethod.Put, "/_sandbox/webhooks", new { duplicate = 1.0, reorder = 0.5, maxDelaySeconds = 5 },
                "From now on every webhook is sent twice, and half of them up to 5 s late.")
            .WithFaultCommand("clear-faults", "Clear faults", "Checkmark",
                HttpMethod.Delete, "/_sandbox/faults", null, "No call fails any more. Webhooks arrive once and in order.",
                MendWebhooksAsync);
        payments
            .WithEnvironment("Stripe__ApiKey", ApiKey)
            .WithEnvironment("Stripe__ApiBase", sandbox.GetEndpoint("http"))
            .WithEnvironment("Stripe__WebhookSecrets__0", webhookSecret);
        return sandbox;
    }

    static IResourceBuilder<ProjectResource> WithFaultCommand(
        this IResourceBuilder<ProjectResource> sandbox, string name, string title, string icon, HttpMethod method, string path,
        object? body, string done, Func<HttpCommandResultContext, Task<bool>>? afterwards = null) =>
        sandbox.WithHttpCommand(path, title, endpointName: "http", commandName: name, commandOptions: new HttpCommandOptions
        {
            Method = method,
            IconName = icon,
            PrepareRequest = context =>
            {
                if (body is not null) context.Request.Content = JsonContent.Create(body);
                return Task.CompletedTask;
            },
            GetCommandResult = async context => context.Response.IsSuccessStatusCode && (afterwards is null || await afterwards(context))
                ? CommandResults.Success(done)
                : CommandResults.Failure($"The sandbox answered {(int)context.Response.StatusCode}: "
                    + await context.Response.Content.ReadAsStringAsync(context.CancellationToken)),
        });

    /// <summary>Also clears webhook faults, which the sandbox keeps separately from call faults.</summary>
    static async Task<bool> MendWebhooksAsync(HttpCommandResultContext context)
    {
        using var mended = await context.HttpClient.PutAsJsonAsync(
            new Uri(new Uri(context.Endpoint.Url), "/_sandbox/webhooks"), new { duplicate = 0.0, reorder = 0.0, drop = 0.0 },
            context.CancellationToken);
        return mended.IsSuccessStatusCode;
    }
}
