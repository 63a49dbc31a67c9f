using PaymentFlow.AppHost;
using PaymentFlow.Testing.Hosting;
using PaymentFlow.Tests.Fixtures;
using PaymentFlow.Tests.Integration.Payments;

namespace PaymentFlow.Tests.Integration.AppHost;

/// <summary>The app host with the developer's own broker, Postgres server, Stripe account and identity provider.</summary>
public sealed class GivenServersTests
{
    [Fact]
    public async Task A_given_broker_and_server_are_used_and_with_a_Stripe_key_there_is_no_sandbox()
    {
        var folder = TestHost.NewDataFolder();
        using MockCluster broker = new(topics: [], partitions: 1);
        var server = await SeparatePostgres.PrepareAsync(folder);
        var app = await RunningApp.StartAsync(new()
        {
            DataFolder = Path.Combine(folder, "app"),
            Configuration = new Dictionary<string, string?>(TestHost.NothingGiven)
            {
                ["ConnectionStrings:kafka"] = broker.BootstrapServers,
                ["ConnectionStrings:postgres"] = server.ConnectionString,
                ["Stripe:ApiKey"] = "sk_test_of_a_team",
                ["Operator:Oidc:Authority"] = "https://accounts.example",
                ["Operator:Oidc:ClientId"] = "console",
                ["Operator:Oidc:ClientSecret"] = "secret",
                ["Operator:Oidc:RequiredClaim"] = "groups",
                ["Operator:Oidc:RequiredValue"] = "operators",
            },
            Add = builder => server.AddTo(builder),
        });
        try
        {
            Assert.Equal(broker.BootstrapServers, await app.GetConnectionStringAsync("kafka"));
            Assert.DoesNotContain("stripe-sandbox", app.ResourceNames);
            Assert.NotEqual(Guid.Empty, (await Customer.OrdersAsync(app)).OrderId);
            using HttpClient http = new();
            Assert.Contains("Sign in with accounts.example",
                await http.GetStringAsync(new Uri(app.GetEndpoint("web"), "/operator/sign-in"), TestContext.Current.CancellationToken));
        }
        finally
        {
            await app.DisposeAsync();
            Directory.Delete(folder, recursive: true);
        }
    }
}
