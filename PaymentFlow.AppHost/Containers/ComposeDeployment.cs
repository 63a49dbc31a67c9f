using Aspire.Hosting.Docker.Resources.ServiceNodes;

namespace PaymentFlow.AppHost;

/// <summary>A Docker Compose file for any Docker host.</summary>
static class ComposeDeployment
{
    const int ContainerPort = 8080;

    public static (IResourceBuilder<IResourceWithConnectionString> Payments, IResourceBuilder<IResourceWithConnectionString> Orders)
        AddDatabases(IDistributedApplicationBuilder builder)
    {
        var postgres = builder.AddPostgres("postgres").WithDataVolume();
        return (postgres.AddDatabase("paymentsdb"), postgres.AddDatabase("ordersdb"));
    }

    public static void Configure(IDistributedApplicationBuilder builder, Services services)
    {
        // The public name depends on the proxy in front of the containers, so it is a parameter.
        var origin = builder.AddParameter("web-origin");
        services.AllowOrigins(builder.Configuration, (service, name) => service.WithEnvironment(name, origin));
        // ASP.NET Core stores its data-protection keys in this folder. A volume keeps cookies valid when a container is replaced.
        Volume keys = new() { Name = "web-home", Type = "volume", Source = "web-home", Target = "/home/app" };
        builder.AddDockerComposeEnvironment("compose")
            .ConfigureComposeFile(file => file.AddVolume(new Volume { Name = keys.Name, Driver = "local" }));
        services.Web.PublishAsDockerComposeService((_, service) => service.Volumes.Add(keys));
        foreach (var service in services.All)
        {
            // The port of .NET's images. Otherwise Aspire would write a variable.
            service.WithEndpoint("http", endpoint => endpoint.TargetPort = ContainerPort);
            service.WithEndpoint("https", endpoint => endpoint.TargetPort = ContainerPort);
            service.PublishAsDockerComposeService((_, container) => container.Restart = "unless-stopped");
        }
    }
}
