using System.Diagnostics;
using PaymentFlow.Tests.Fixtures;
using PaymentFlow.Tests.Integration.Orders;

namespace PaymentFlow.Tests.Integration.Webhooks;

/// <summary>
/// The library of Standard Webhooks for Node.js verifies what we send, as a check that is independent of PaymentFlow. The receiver is
/// <c>npm/receiver.mjs</c>.
/// </summary>
public sealed class StandardWebhooksTests(OrdersApp app) : IClassFixture<OrdersApp>
{
    static readonly NpmFolder Npm = new("Webhooks", "standardwebhooks", "1.1.1");

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_library_of_Standard_Webhooks_verifies_our_webhooks_also_while_the_secret_is_rotated()
    {
        await Npm.InstallAsync();
        using var receiver = Npm.Start("node", "receiver.mjs");
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
}
