using PaymentFlow.AppHost.Embedded;
using PaymentFlow.AppHost.Embedded.Kafka;
using PaymentFlow.Tests.Fixtures;
using PaymentFlow.Tests.Integration.Payments;

namespace PaymentFlow.Tests.Integration.Embedded;

/// <summary>A broker and a server of one's own, in place of the engine's.</summary>
public sealed class GivenServersTests
{
    [Fact]
    public async Task A_given_broker_and_a_given_server_are_used_with_no_setting_of_the_engines_own()
    {
        using var broker = new MockCluster(topics: [], partitions: 1);
        var server = await TestHost.StartAsync(model: builder => builder.AddPostgres("postgres"));
        var app = await TestHost.StartAsync(configuration: new Dictionary<string, string?>
        {
            ["ConnectionStrings:kafka"] = broker.BootstrapServers,
            ["ConnectionStrings:postgres"] = await server.GetConnectionStringAsync("postgres"),
        });
        try
        {
            Assert.Equal(broker.BootstrapServers, await app.GetConnectionStringAsync("kafka"));
            Assert.Empty(app.LogsOf("postgres"));
            var customer = await Customer.OrdersAsync(app);
            using var live = await customer.WatchAsync();

            await customer.PayAsync();

            await live.UntilAsync("paid");
        }
        finally
        {
            await TestHost.StopAsync(app);
            await TestHost.StopAsync(server);
        }
    }

    [Fact]
    public async Task With_a_Stripe_key_the_sandbox_is_not_started_and_with_a_provider_the_console_offers_it()
    {
        var app = await TestHost.StartAsync(configuration: new Dictionary<string, string?>
        {
            ["Stripe:ApiKey"] = "sk_test_of_a_team",
            ["Operator:Oidc:Authority"] = "https://accounts.example",
            ["Operator:Oidc:ClientId"] = "console",
            ["Operator:Oidc:ClientSecret"] = "secret",
            ["Operator:Oidc:RequiredClaim"] = "groups",
            ["Operator:Oidc:RequiredValue"] = "operators",
        });
        try
        {
            Assert.Throws<ArgumentException>(() => app.GetEndpoint("stripe-sandbox"));
            Assert.NotNull(app.ProcessIdOf("payment-api"));
            using HttpClient http = new();
            Assert.Contains("Sign in with accounts.example",
                await http.GetStringAsync(new Uri(app.GetEndpoint("web"), "/operator/sign-in"), TestContext.Current.CancellationToken));
        }
        finally
        {
            await TestHost.StopAsync(app);
        }
    }
}
