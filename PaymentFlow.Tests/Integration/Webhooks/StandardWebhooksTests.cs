using System.Diagnostics;
using System.Text.Json;
using PaymentFlow.Tests.Integration.Orders;

namespace PaymentFlow.Tests.Integration.Webhooks;

/// <summary>
/// The library of Standard Webhooks for Node.js verifies what we send, as a check that is independent of PaymentFlow. The receiver is
/// <c>npm/receiver.mjs</c>.
/// </summary>
public sealed class StandardWebhooksTests(OrdersApp app) : IClassFixture<OrdersApp>
{
    const string Version = "1.1.1";

    static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Integration", "Webhooks", "npm");

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_library_of_Standard_Webhooks_verifies_our_webhooks_also_while_the_secret_is_rotated()
    {
        await InstallAsync();
        using var receiver = Start("node", "receiver.mjs");
        try
        {
            var url = await receiver.StandardOutput.ReadLineAsync(Token);
            await using var endpoint = await MerchantEndpoint.CreateAsync(app, url!, "order.canceled");

            await UseAsync(receiver, endpoint.Secret);
            Assert.Equal("204", (await endpoint.TestAsync())["status"]);

            var renewed = (await endpoint.SendAsync(HttpMethod.Post, "/rotate-secret"))["secret"]!;
            Assert.Equal("204", (await endpoint.TestAsync())["status"]);
            await UseAsync(receiver, renewed);
            Assert.Equal("204", (await endpoint.TestAsync())["status"]);

            await UseAsync(receiver, "whsec_" + Convert.ToBase64String(new byte[32]));
            var refused = await endpoint.TestAsync();
            Assert.Equal(("400", "failed"), (refused["status"], refused["state"]));
            Assert.Contains("signature", refused["response"], StringComparison.OrdinalIgnoreCase);
        }
        finally
        {
            if (!receiver.HasExited) receiver.Kill(entireProcessTree: true);
        }
    }

    static async Task UseAsync(Process receiver, string secret)
    {
        await receiver.StandardInput.WriteLineAsync(secret);
        Assert.Equal("ready", await receiver.StandardOutput.ReadLineAsync(Token));
    }

    /// <summary>Installs the library beside the test's binaries, outside source control, unless it is already installed.</summary>
    static async Task InstallAsync()
    {
        var installed = Path.Combine(Folder, "node_modules", "standardwebhooks", "package.json");
        if (File.Exists(installed)
            && JsonDocument.Parse(await File.ReadAllTextAsync(installed, Token)).RootElement.GetProperty("version").ValueEquals(Version))
        {
            return;
        }
        using var npm = Start("npm", "install", "--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error");
        var output = npm.StandardOutput.ReadToEndAsync(Token);
        var failure = await npm.StandardError.ReadToEndAsync(Token);
        await npm.WaitForExitAsync(Token);
        Assert.True(npm.ExitCode == 0,
            $"npm install standardwebhooks@{Version} failed; it needs a reachable npm registry: {failure}{await output}");
    }

    static Process Start(string program, params string[] arguments) => Process.Start(new ProcessStartInfo(program, arguments)
    {
        WorkingDirectory = Folder,
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;
}
