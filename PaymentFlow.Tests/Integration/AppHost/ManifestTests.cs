using System.Text.Json.Nodes;

namespace PaymentFlow.Tests.Integration.AppHost;

/// <summary>The deployment manifest that `azd` reads.</summary>
public sealed class ManifestTests
{
    static readonly string[] Services = ["order-service", "payment-api", "web"];

    [Fact]
    public async Task The_manifest_holds_the_services_their_references_and_secret_parameters_and_nothing_local()
    {
        var resources = await PublishAsync();

        Assert.Equal(
            Services, resources.Where(resource => TypeOf(resource.Value) == "project.v0").Select(resource => resource.Key).Order());
        Assert.All(resources, resource => Assert.Contains(TypeOf(resource.Value), (string[])["project.v0", "parameter.v0"]));
        foreach (var secret in (string[])
            [
                "kafka", "paymentsdb", "ordersdb", "operator-key", "viewer-key", "merchant-key", "service-key",
                "payments-event-key", "orders-event-key", "payments-event-key-second", "webhook-key", "kafka-password-payment-api",
                "stripe-api-key", "stripe-webhook-secret", "kafka-password",
            ])
        {
            Assert.True(
                resources[secret]!["inputs"]!["value"]!["secret"]!.GetValue<bool>(), $"{secret} is not marked as a secret.");
        }
        var payments = resources["payment-api"]!["env"]!;
        Assert.Equal("{paymentsdb.connectionString}", payments["ConnectionStrings__paymentsdb"]!.GetValue<string>());
        Assert.Equal("{order-service.bindings.http.url}", payments["services__order-service__http__0"]!.GetValue<string>());
        Assert.Equal("{web.bindings.https.url}", payments["Clients__AllowedOrigins__0"]!.GetValue<string>());
        // One more origin, pasted with a line feed.
        Assert.Equal("https://shop.example", payments["Clients__AllowedOrigins__1"]!.GetValue<string>());
        // Checkout links lead to Web, which has the checkout's look.
        Assert.Equal("{web.bindings.https.url}", resources["order-service"]!["env"]!["Checkout__BaseUrl"]!.GetValue<string>());
        Assert.Equal("Lake House", resources["web"]!["env"]!["Checkout__Name"]!.GetValue<string>());
        Assert.Equal("VerifyFull", payments["Postgres__SslMode"]!.GetValue<string>());
        // Each service has the keys of the topics that it writes or reads. The second key is set while a key is replaced.
        Assert.Equal("{payments-event-key.value}", payments["Events__Keys__payments__0"]!.GetValue<string>());
        Assert.Equal("{payments-event-key-second.value}", payments["Events__Keys__payments__1"]!.GetValue<string>());
        Assert.Null(payments["Events__Keys__orders__0"]);
        Assert.Equal("{orders-event-key.value}", resources["order-service"]!["env"]!["Events__Keys__orders__0"]!.GetValue<string>());
        Assert.Equal("{payments-event-key.value}", resources["order-service"]!["env"]!["Events__Keys__payments__0"]!.GetValue<string>());
        Assert.Equal("{orders-event-key.value}", resources["web"]!["env"]!["Events__Keys__orders__0"]!.GetValue<string>());
        Assert.Null(resources["web"]!["env"]!["Events__Keys__payments__0"]);
        Assert.Equal("{webhook-key.value}", resources["order-service"]!["env"]!["Webhooks__Keys__0"]!.GetValue<string>());
        // A Kafka user of its own, where one is given.
        const string User = "Aspire__Confluent__Kafka__Producer__Config__SaslUsername";
        Assert.Equal("{kafka-username-payment-api.value}", payments[User]!.GetValue<string>());
        Assert.Equal("{kafka-username.value}", resources["web"]!["env"]![User]!.GetValue<string>());
        Assert.Equal("shop.example", resources["web"]!["env"]!["AllowedHosts"]!.GetValue<string>());
        foreach (var service in Services)
        {
            foreach (var (name, value) in resources[service]!["env"]!.AsObject())
            {
                if (name.Contains("Key", StringComparison.Ordinal)
                    || name.Contains("Password", StringComparison.Ordinal)
                    || name.StartsWith("ConnectionStrings", StringComparison.Ordinal))
                {
                    Assert.Matches(@"^\{.+\}$", value!.GetValue<string>());
                }
                Assert.DoesNotContain("sandbox", name + value, StringComparison.OrdinalIgnoreCase);
                Assert.DoesNotContain("localhost", value!.GetValue<string>(), StringComparison.Ordinal);
            }
        }
    }

    static string TypeOf(JsonNode? resource) => resource!["type"]!.GetValue<string>();

    static async Task<JsonObject> PublishAsync()
    {
        var file = Path.Combine(Path.GetTempPath(), $"paymentflow-manifest-{Guid.CreateVersion7():N}.json");
        try
        {
            using HostProcess host = new(
                "--publisher", "manifest", "--output-path", file, "--Clients:AllowedOrigins", " https://shop.example\n",
                "--AllowedHosts", "shop.example", "--Checkout:Name", "Lake House",
                "--Parameters:payments-event-key-second", "another-key-of-24-letters",
                "--Parameters:kafka-username-payment-api", "payment-api");
            Assert.True(await host.ExitCodeAsync() == 0, host.Output);
            return JsonNode.Parse(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken))!["resources"]!.AsObject();
        }
        finally
        {
            File.Delete(file);
        }
    }
}
