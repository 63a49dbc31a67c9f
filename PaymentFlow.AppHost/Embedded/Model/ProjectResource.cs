namespace PaymentFlow.AppHost.Embedded;

/// <summary>A project that the build generates a type for: <c>Projects.Name_With_Underscores</c>.</summary>
public interface IProjectMetadata
{
    string ProjectPath { get; }

    string AssemblyPath { get; }
}

public sealed class ProjectResource(string name, IProjectMetadata metadata) : Resource(name), IResourceWithServiceDiscovery
{
    internal IProjectMetadata Metadata { get; } = metadata;

    /// <summary>Environment variables, evaluated when the process starts.</summary>
    internal Dictionary<string, IValueProvider> Environment { get; } = [];

    /// <summary>The path that answers 200 when the service is ready; null when running is enough.</summary>
    internal string? HealthPath { get; set; }

    /// <summary>Set before anything starts.</summary>
    internal Uri? Address { get; set; }

    public EndpointReference GetEndpoint(string name) => new(this, name);
}

/// <summary>The address of a project's endpoint; only <c>http</c> exists here.</summary>
public sealed class EndpointReference(ProjectResource project, string name) : IValueProvider
{
    public string EndpointName { get; } = name;

    public string Url => project.Address?.GetLeftPart(UriPartial.Authority)
        ?? throw new InvalidOperationException($"{project.Name} has no address before the start.");

    public ValueTask<string> GetValueAsync(CancellationToken cancellationToken = default) => new(Url);
}

sealed class Literal(string value) : IValueProvider
{
    public ValueTask<string> GetValueAsync(CancellationToken cancellationToken = default) => new(value);
}

sealed class ConnectionStringValue(IResourceWithConnectionString resource) : IValueProvider
{
    public ValueTask<string> GetValueAsync(CancellationToken cancellationToken = default) => resource.GetConnectionStringAsync(cancellationToken);
}
