using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;

namespace PaymentFlow.Tests.Integration.Sandbox;

/// <summary>
/// Runs Stripe's own client for Node.js against the sandbox, as a check that is independent of PaymentFlow and of Stripe.net.
/// The checks are in <c>npm/client.mjs</c>.
/// </summary>
public sealed class NpmClientTests
{
    const string Version = "23.1.0";

    static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Integration", "Sandbox", "npm");

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Stripes_client_for_Node_js_works_with_the_sandbox_as_with_Stripe()
    {
        await InstallAsync();
        using var client = Start("node", "client.mjs");
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

    /// <summary>Installs the client beside the test's binaries, outside source control, unless it is already installed.</summary>
    static async Task InstallAsync()
    {
        var installed = Path.Combine(Folder, "node_modules", "stripe", "package.json");
        if (File.Exists(installed)
            && JsonDocument.Parse(await File.ReadAllTextAsync(installed, Token)).RootElement.GetProperty("version").ValueEquals(Version))
        {
            return;
        }
        using var npm = Start("npm", "install", "--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error");
        var output = npm.StandardOutput.ReadToEndAsync(Token);
        var failure = await npm.StandardError.ReadToEndAsync(Token);
        await npm.WaitForExitAsync(Token);
        Assert.True(npm.ExitCode == 0, $"npm install stripe@{Version} failed; it needs a reachable npm registry: {failure}{await output}");
    }

    static Process Start(string program, params string[] arguments)
    {
        try
        {
            return Process.Start(new ProcessStartInfo(program, arguments)
            {
                WorkingDirectory = Folder,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
        }
        catch (Win32Exception missing)
        {
            throw new InvalidOperationException(
                $"This test needs {program}. Install Node.js 20 or newer "
                + "(Debian/Ubuntu: sudo apt-get install nodejs npm; macOS: brew install node).",
                missing);
        }
    }
}
