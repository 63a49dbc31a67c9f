using Microsoft.Extensions.Configuration;

namespace PaymentFlow.AppHost.Embedded;

public interface IDistributedApplicationBuilder
{
    ConfigurationManager Configuration { get; }

    string AppHostDirectory { get; }

    IResourceBuilder<T> AddResource<T>(T resource) where T : IResource;

    DistributedApplication Build();
}

public interface IResourceBuilder<out T> where T : IResource
{
    IDistributedApplicationBuilder ApplicationBuilder { get; }

    T Resource { get; }
}

sealed record ResourceBuilder<T>(IDistributedApplicationBuilder ApplicationBuilder, T Resource) : IResourceBuilder<T> where T : IResource;

sealed class DistributedApplicationBuilder(EmbeddedOptions options, ConfigurationManager configuration, DataFolder dataFolder) : IDistributedApplicationBuilder
{
    readonly List<IResource> _resources = [];

    public ConfigurationManager Configuration { get; } = configuration;

    public string AppHostDirectory => options.AppHostDirectory;

    internal GeneratedParameters Parameters { get; } = new(options);

    public IResourceBuilder<T> AddResource<T>(T resource) where T : IResource
    {
        if (_resources.Any(other => other.Name == resource.Name))
            throw new InvalidOperationException($"The model has two resources named {resource.Name}.");
        _resources.Add(resource);
        return new ResourceBuilder<T>(this, resource);
    }

    public DistributedApplication Build() => new(options, _resources, dataFolder);
}
