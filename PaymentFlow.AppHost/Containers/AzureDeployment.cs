using Azure.Provisioning.AppContainers;
using Microsoft.Extensions.Configuration;

namespace PaymentFlow.AppHost;

/// <summary>
/// Azure Container Apps with an Azure Flexible Server. Each deployment resets manual changes, so ingress, probes and scale are set
/// here. The platform shares data-protection keys between Web's replicas (Aspire turns autoConfigureDataProtection on).
/// </summary>
static class AzureDeployment
{
    const int MaxReplicas = 10;

    // Container Apps reserves these addresses for itself; its ingress calls from them:
    // https://learn.microsoft.com/azure/container-apps/networking#subnet
    const string Ingress = "100.100.0.0/16";

    public static (IResourceBuilder<IResourceWithConnectionString> Payments, IResourceBuilder<IResourceWithConnectionString> Orders)
        AddDatabases(IDistributedApplicationBuilder builder)
    {
        var postgres = builder.AddAzurePostgresFlexibleServer("postgres").WithPasswordAuthentication();
        return (postgres.AddDatabase("paymentsdb"), postgres.AddDatabase("ordersdb"));
    }

    public static void Configure(IDistributedApplicationBuilder builder, Services services)
    {
        services.AllowOrigins(builder.Configuration, (service, name) => service.WithEnvironment(name, services.Web.GetEndpoint("http")));
        builder.AddAzureContainerAppEnvironment("apps");
        foreach (var service in services.All)
        {
            service.WithEnvironment("Proxies__Known__0", Ingress);
#pragma warning disable ASPIREPROBES001 // The stable way needs the container's port, which only Aspire knows.
            service.WithHttpProbe(ProbeType.Startup, "/alive", periodSeconds: 3, failureThreshold: 20);
            service.WithHttpProbe(ProbeType.Liveness, "/alive", periodSeconds: 10);
            service.WithHttpProbe(ProbeType.Readiness, "/health", periodSeconds: 5);
#pragma warning restore ASPIREPROBES001
            service.PublishAsAzureContainerApp((_, app) =>
                Scale(app, builder.Configuration.GetValue($"Replicas:{service.Resource.Name}", 1)));
        }
        // Sticky sessions, because a Blazor circuit lives in one process.
        services.Web.PublishAsAzureContainerApp((_, app) =>
            app.Configuration.Ingress.StickySessionsAffinity = StickySessionAffinity.Sticky);
    }

    /// <summary>At least one replica, because the services also work without requests: they consume Kafka and sweep.</summary>
    static void Scale(ContainerApp app, int atLeast)
    {
        app.Template.Scale.MinReplicas = Math.Max(1, atLeast);
        app.Template.Scale.MaxReplicas = Math.Max(MaxReplicas, atLeast);
        app.Template.Scale.Rules.Add(new ContainerAppScaleRule
        {
            Name = "requests",
            Http = new ContainerAppHttpScaleRule { Metadata = { ["concurrentRequests"] = "100" } },
        });
    }
}
