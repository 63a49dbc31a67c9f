using PaymentFlow.AppHost.Development;
using PaymentFlow.Contracts.Events;

namespace PaymentFlow.AppHost;

/// <summary>Postgres and Kafka in the default build: local processes, or external servers by connection string.</summary>
static class LocalInfrastructure
{
    public static (IResourceBuilder<IResourceWithConnectionString> Kafka,
        IResourceBuilder<IResourceWithConnectionString> PaymentsDb, IResourceBuilder<IResourceWithConnectionString> OrdersDb)
        AddInfrastructure(this IDistributedApplicationBuilder builder)
    {
        if (builder.ExecutionContext.IsPublishMode)
        {
            return (
                builder.AddConnectionString("kafka"), builder.AddConnectionString("paymentsdb"), builder.AddConnectionString("ordersdb"));
        }

        var kafka = builder.GivenKafka() ?? builder.AddLocalKafka("kafka", Topics.Payments, Topics.Orders);
        if (builder.GivenDatabases() is { } given) return (kafka, given.Payments, given.Orders);
        var postgres = builder.AddLocalPostgres("postgres").WithDataFolder(builder.DataFolder());
        return (kafka, postgres.AddDatabase("paymentsdb"), postgres.AddDatabase("ordersdb"));
    }

    /// <summary>References Kafka and sets the client settings that the in-process broker needs.</summary>
    public static IResourceBuilder<ProjectResource> WithKafka(
        this IResourceBuilder<ProjectResource> service, IResourceBuilder<IResourceWithConnectionString> kafka)
    {
        service.WithReference(kafka).WaitFor(kafka);
        if (kafka.Resource is not LocalKafkaResource) return service;
        foreach (var (name, value) in LocalKafkaResource.ClientSettings) service.WithEnvironment(name, value);
        return service;
    }

    /// <summary>For deployments without containers (<c>azd</c> reads the manifest): every secret and address is a parameter.</summary>
    public static void ConfigureDeployment(this IDistributedApplicationBuilder builder, Services services)
    {
        services.AllowOrigins(
            builder.Configuration, (service, name) => service.WithEnvironment(name, services.Web.GetEndpoint("https")));
        builder.UseStripeParameters(services);
        builder.SignInToKafka(services);
        builder.VerifyPostgres(services);
        builder.TrustProxies(services);
        builder.AllowHosts(services);
    }
}
