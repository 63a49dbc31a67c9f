using System.Text.Json;
using PaymentFlow.Tests.Fixtures;

namespace PaymentFlow.Tests.Integration.Sandbox;

/// <summary>
/// Runs Stripe's own client for Node.js against the sandbox, as a check that is independent of PaymentFlow and of Stripe.net.
/// The checks are in <c>npm/client.mjs</c>.
/// </summary>
public sealed class NpmClientTests
{
    static readonly NpmFolder Npm = new("Sandbox", "stripe", "23.1.0");

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Stripes_client_for_Node_js_works_with_the_sandbox_as_with_Stripe()
    {
        await Npm.InstallAsync();
        using var client = Npm.Start("node", "client.mjs");
        try
        {
            var failure = client.StandardError.ReadToEndAsync(Token);
            var webhooks = await client.StandardOutput.ReadLineAsync(Token);
            Assert.True(webhooks?.StartsWith("webhooks ", StringComparison.Ordinal), webhooks ?? await failure);
            await using var sandbox = await SandboxHost.StartAsync(
                webhooksTo: new Uri(webhooks!["webhooks ".Length..]), settings: "--Sandbox:ScheduledEffectsDelay=00:00:00.05");

            await client.StandardInput.WriteLineAsync(JsonSerializer.Serialize(
                new { address = sandbox.Address, apiKey = SandboxHost.ApiKey, webhookSecret = SandboxHost.WebhookSecret }));
            var checks = await client.StandardOutput.ReadToEndAsync(Token);
            await client.WaitForExitAsync(Token);

            Assert.True(client.ExitCode == 0, $"{checks}{await failure}");
            Assert.EndsWith("all", checks.TrimEnd(), StringComparison.Ordinal);
        }
        finally
        {
            if (!client.HasExited) client.Kill(entireProcessTree: true);
        }
    }
}
