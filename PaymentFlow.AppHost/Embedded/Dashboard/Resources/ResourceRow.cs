using PaymentFlow.AppHost.Embedded.Running;

namespace PaymentFlow.AppHost.Embedded.Dashboard.Resources;

/// <summary>One resource of the model as it is now.</summary>
/// <param name="IsProcess">It can be started and stopped.</param>
sealed record ResourceRow(
    string Name, string Kind, ResourceState State, string? Health, int? ProcessId, string? Url, int Restarts, bool IsProcess)
{
    /// <summary>All but the parameters, whose values are secrets.</summary>
    public static IReadOnlyList<ResourceRow> Read(Engine engine, HealthMonitor health, IReadOnlyList<IResource> resources) =>
    [
        .. from resource in resources
           where resource is not ParameterResource
           let child = engine.ChildOf(resource.Name)
           let process = engine.ProcessIdOf(resource.Name)
           select new ResourceRow(
               resource.Name, KindOf(resource), engine.StateOf(resource.Name), health.HealthOf(resource.Name, process), process,
               resource is ProjectResource project ? project.Address?.GetLeftPart(UriPartial.Authority) : null,
               child?.Restarts ?? 0, child is not null),
    ];

    static string KindOf(IResource resource) => resource switch
    {
        ProjectResource => "Service",
        PostgresServerResource => "Postgres",
        PostgresDatabaseResource => "Database",
        KafkaServerResource => "Kafka, in this process",
        ConnectionStringResource => "Given server",
        _ => resource.GetType().Name,
    };
}
