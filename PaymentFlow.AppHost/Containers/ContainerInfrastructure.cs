using Microsoft.Extensions.Configuration;

namespace PaymentFlow.AppHost;

/// <summary>
/// Postgres and Kafka with UseContainers=true: containers in development, the deployment target's database when published.
/// </summary>
static class ContainerInfrastructure
{
    public static (IResourceBuilder<IResourceWithConnectionString> Kafka,
        IResourceBuilder<IResourceWithConnectionString> PaymentsDb, IResourceBuilder<IResourceWithConnectionString> OrdersDb)
        AddInfrastructure(this IDistributedApplicationBuilder builder)
    {
        if (builder.ExecutionContext.IsPublishMode)
        {
            var databases = builder.PublishesToAzure() ? AzureDeployment.AddDatabases(builder) : ComposeDeployment.AddDatabases(builder);
            return (builder.AddConnectionString("kafka"), databases.Payments, databases.Orders);
        }
        var kafka = builder.GivenKafka() ?? builder.AddKafka("kafka").WithDataVolume().WithKafkaUI(ui => ui.WithExplicitStart());
        if (builder.GivenDatabases() is { } given) return (kafka, given.Payments, given.Orders);
        var postgres = builder.AddPostgres("postgres").WithDataVolume().WithPgAdmin(admin => admin.WithExplicitStart());
        return (kafka, postgres.AddDatabase("paymentsdb"), postgres.AddDatabase("ordersdb"));
    }

    public static IResourceBuilder<ProjectResource> WithKafka(
        this IResourceBuilder<ProjectResource> service, IResourceBuilder<IResourceWithConnectionString> kafka) =>
        service.WithReference(kafka).WaitFor(kafka);

    public static void ConfigureDeployment(this IDistributedApplicationBuilder builder, Services services)
    {
        builder.UseStripeParameters(services);
        builder.SignInToKafka(services);
        builder.AllowHosts(services);
        if (!builder.PublishesToAzure())
        {
            ComposeDeployment.Configure(builder, services);
            return;
        }
        builder.VerifyPostgres(services);
        AzureDeployment.Configure(builder, services);
    }

    /// <summary>
    /// Reads <c>Deploy:Target</c> (azure, compose). By default <c>azd</c> and <c>--publisher manifest</c> publish to Azure Container
    /// Apps, and <c>aspire publish</c> writes a Docker Compose file.
    /// </summary>
    static bool PublishesToAzure(this IDistributedApplicationBuilder builder) =>
        (builder.Configuration["Deploy:Target"]
            ?? (builder.Configuration["Publishing:Publisher"] == "manifest" ? "azure" : "compose")) switch
        {
            "azure" => true,
            "compose" => false,
            var other => throw new DistributedApplicationException($"Deploy:Target is '{other}': set it to azure or compose."),
        };
}
