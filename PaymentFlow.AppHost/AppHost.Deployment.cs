using Aspire.Hosting.Docker.Resources.ServiceNodes;
using Microsoft.Extensions.Configuration;

namespace PaymentFlow.AppHost;

/// <summary>
/// What differs where PaymentFlow is deployed (UseAspire=true only): Stripe is the real one, Kafka somebody's cluster, secrets are
/// parameters. <c>azd</c> and <c>--publisher manifest</c> make Azure Container Apps of it, <c>aspire publish</c> a Docker Compose
/// file; <c>Deploy:Target</c> (azure, compose) says otherwise.
/// </summary>
static class Deployment
{
    const string Azure = "azure";
    const string Compose = "compose";

    public static void Define(IDistributedApplicationBuilder builder)
    {
        RequireStripeKey(builder.Configuration);
        switch (TargetOf(builder.Configuration))
        {
            case Azure:
                var azure = AddServices(builder, AzureDeployment.AddDatabases(builder));
                azure.AllowOrigins(builder, (service, name) => service.WithEnvironment(name, azure.Web.GetEndpoint("http")));
                AzureDeployment.Configure(builder, azure);
                break;
            case Compose:
                var postgres = builder.AddPostgres("postgres").WithDataVolume();
                var compose = AddServices(builder, (postgres.AddDatabase("paymentsdb"), postgres.AddDatabase("ordersdb")));
                // Only who runs the proxy in front of the containers knows the name that browsers use.
                var origin = builder.AddParameter("web-origin");
                compose.AllowOrigins(builder, (service, name) => service.WithEnvironment(name, origin));
                ConfigureCompose(builder, compose);
                break;
            case var other:
                Stop($"Deploy:Target is '{other}': say azure or compose.");
                break;
        }
    }

    /// <summary>Both are called "manifest" by Aspire itself; only who was asked for tells them apart.</summary>
    static string TargetOf(ConfigurationManager configuration) =>
        configuration["Deploy:Target"] ?? (configuration["Publishing:Publisher"] == "manifest" ? Azure : Compose);

    static void RequireStripeKey(ConfigurationManager configuration)
    {
        if (configuration["Stripe:ApiKey"] is { Length: > 0 } key) configuration["Parameters:stripe-api-key"] ??= key;
        if (configuration["Parameters:stripe-api-key"] is not { Length: > 0 })
        {
            Stop("Nothing is published without a Stripe key, for the sandbox is for development only. Set it with "
                + "`dotnet user-secrets --project PaymentFlow.AppHost set Stripe:ApiKey sk_…`, or Parameters__stripe-api-key in the environment.");
        }
    }

    static Services AddServices(
        IDistributedApplicationBuilder builder,
        (IResourceBuilder<IResourceWithConnectionString> Payments, IResourceBuilder<IResourceWithConnectionString> Orders) databases)
    {
        var services = AppModel.AddServices(builder, builder.AddConnectionString("kafka"), databases.Payments, databases.Orders);
        services.Payments.WithEnvironment("Stripe__ApiKey", builder.AddParameter("stripe-api-key", secret: true));
        services.Payments.WithEnvironment("Stripe__WebhookSecrets__0", builder.AddParameter("stripe-webhook-secret", secret: true));
        // A second one while the first is being rolled.
        if (builder.Configuration["Parameters:stripe-webhook-secret-new"] is { Length: > 0 })
            services.Payments.WithEnvironment("Stripe__WebhookSecrets__1", builder.AddParameter("stripe-webhook-secret-new", secret: true));
        services.Web.WithEnvironment("Stripe__PublishableKey", builder.AddParameter("stripe-publishable-key"));
        SignInToKafka(builder, services);
        return services;
    }

    /// <summary><c>Kafka:SecurityProtocol</c> (SaslSsl, or Plaintext within a network of one's own) and <c>Kafka:SaslMechanism</c> (Plain).</summary>
    static void SignInToKafka(IDistributedApplicationBuilder builder, Services services)
    {
        var protocol = builder.Configuration["Kafka:SecurityProtocol"] ?? "SaslSsl";
        if (protocol == "Plaintext") return;
        var user = builder.AddParameter("kafka-username");
        var password = builder.AddParameter("kafka-password", secret: true);
        foreach (var service in services.All)
        {
            foreach (var client in new[] { "Producer", "Consumer" })
            {
                var config = $"Aspire__Confluent__Kafka__{client}__Config__";
                service.WithEnvironment(config + "SecurityProtocol", protocol);
                service.WithEnvironment(config + "SaslMechanism", builder.Configuration["Kafka:SaslMechanism"] ?? "Plain");
                service.WithEnvironment(config + "SaslUsername", user);
                service.WithEnvironment(config + "SaslPassword", password);
            }
        }
    }

    static void ConfigureCompose(IDistributedApplicationBuilder builder, Services services)
    {
        // The image's user owns this folder, and ASP.NET Core keeps its data-protection keys in it: cookies outlive a container.
        Volume keys = new() { Name = "web-home", Type = "volume", Source = "web-home", Target = "/home/app" };
        builder.AddDockerComposeEnvironment("compose")
            .ConfigureComposeFile(file => file.AddVolume(new Volume { Name = keys.Name, Driver = "local" }));
        services.Web.PublishAsDockerComposeService((_, service) => service.Volumes.Add(keys));
        foreach (var service in services.All)
        {
            // The port of .NET's images, which Aspire would leave to a variable.
            service.WithEndpoint("http", endpoint => endpoint.TargetPort = 8080);
            service.WithEndpoint("https", endpoint => endpoint.TargetPort = 8080);
            service.PublishAsDockerComposeService((_, container) => container.Restart = "unless-stopped");
        }
    }

    static void Stop(string reason)
    {
        Console.Error.WriteLine(reason);
        Environment.Exit(1);
    }
}
