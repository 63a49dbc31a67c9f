using Microsoft.Extensions.Configuration;

namespace PaymentFlow.AppHost.Embedded;

/// <summary>Aspire's words, with Aspire's names of what a project is given.</summary>
public static class ResourceBuilderExtensions
{
    public static IResourceBuilder<PostgresServerResource> AddPostgres(this IDistributedApplicationBuilder builder, string name) =>
        builder.AddResource(new PostgresServerResource(name));

    public static IResourceBuilder<PostgresDatabaseResource> AddDatabase(
        this IResourceBuilder<PostgresServerResource> builder, string name, string? databaseName = null)
    {
        var database = new PostgresDatabaseResource(name, databaseName ?? name, builder.Resource);
        database.WaitsFor.Add(builder.Resource);
        return builder.ApplicationBuilder.AddResource(database);
    }

    public static IResourceBuilder<KafkaServerResource> AddKafka(this IDistributedApplicationBuilder builder, string name) =>
        builder.AddResource(new KafkaServerResource(name));

    /// <summary>Aspire's volume; here the data folder of this checkout, always.</summary>
    public static IResourceBuilder<PostgresServerResource> WithDataVolume(this IResourceBuilder<PostgresServerResource> builder) => builder;

    /// <summary>Aspire's volume; librdkafka's broker keeps its data in memory, whatever is asked for.</summary>
    public static IResourceBuilder<KafkaServerResource> WithDataVolume(this IResourceBuilder<KafkaServerResource> builder) => builder;

    public static IResourceBuilder<ConnectionStringResource> AddConnectionString(this IDistributedApplicationBuilder builder, string name) =>
        builder.AddResource(new ConnectionStringResource(name, builder.Configuration.GetConnectionString(name)
            ?? throw new EmbeddedException($"The setting ConnectionStrings:{name} is missing.")));

    public static IResourceBuilder<ParameterResource> AddParameter(
        this IDistributedApplicationBuilder builder, string name, GenerateParameterDefault value, bool secret = false, bool persist = false)
    {
        _ = (secret, persist);
        // Made up when it is first asked for, which is after `--fresh` has had its way.
        return builder.AddResource(new ParameterResource(
            name,
            () => builder.Configuration[$"Parameters:{name}"]
                ?? ((DistributedApplicationBuilder)builder).Parameters.GetOrCreate(name, value.MinLength)));
    }

    public static IResourceBuilder<ParameterResource> AddParameter(
        this IDistributedApplicationBuilder builder, string name, string value, bool publishValueAsDefault = false, bool secret = false)
    {
        _ = (publishValueAsDefault, secret);
        return builder.AddResource(new ParameterResource(name, () => value));
    }

    public static IResourceBuilder<ProjectResource> AddProject<TProject>(this IDistributedApplicationBuilder builder, string name)
        where TProject : IProjectMetadata, new() =>
        builder.AddResource(new ProjectResource(name, new TProject()));

    public static IResourceBuilder<ProjectResource> WithReference(
        this IResourceBuilder<ProjectResource> builder, IResourceBuilder<IResourceWithConnectionString> source)
    {
        builder.Resource.Environment[$"ConnectionStrings__{source.Resource.Name}"] = new ConnectionStringValue(source.Resource);
        if (source.Resource is KafkaServerResource)
        {
            foreach (var (setting, value) in Kafka.InProcessBroker.ClientSettings)
                builder.Resource.Environment[setting] = new Literal(value);
        }
        return builder;
    }

    public static IResourceBuilder<ProjectResource> WithReference(
        this IResourceBuilder<ProjectResource> builder, IResourceBuilder<IResourceWithServiceDiscovery> source)
    {
        builder.Resource.Environment[$"services__{source.Resource.Name}__http__0"] = source.Resource.GetEndpoint("http");
        return builder;
    }

    public static IResourceBuilder<ProjectResource> WithEnvironment(this IResourceBuilder<ProjectResource> builder, string name, string? value) =>
        builder.With(name, new Literal(value ?? ""));

    public static IResourceBuilder<ProjectResource> WithEnvironment(
        this IResourceBuilder<ProjectResource> builder, string name, EndpointReference endpointReference) =>
        builder.With(name, endpointReference);

    public static IResourceBuilder<ProjectResource> WithEnvironment(
        this IResourceBuilder<ProjectResource> builder, string name, IResourceBuilder<ParameterResource> parameter) =>
        builder.With(name, parameter.Resource);

    public static IResourceBuilder<ProjectResource> WaitFor(
        this IResourceBuilder<ProjectResource> builder, IResourceBuilder<IResource> dependency)
    {
        builder.Resource.WaitsFor.Add(dependency.Resource);
        return builder;
    }

    public static IResourceBuilder<ProjectResource> WithHttpHealthCheck(this IResourceBuilder<ProjectResource> builder, string path)
    {
        builder.Resource.HealthPath = path;
        return builder;
    }

    /// <summary>Aspire's mark for the ingress of a deployment; everything here stays on the loopback interface.</summary>
    public static IResourceBuilder<ProjectResource> WithExternalHttpEndpoints(this IResourceBuilder<ProjectResource> builder) => builder;

    public static EndpointReference GetEndpoint(this IResourceBuilder<IResourceWithServiceDiscovery> builder, string name) =>
        builder.Resource.GetEndpoint(name);

    static IResourceBuilder<ProjectResource> With(this IResourceBuilder<ProjectResource> builder, string name, IValueProvider value)
    {
        builder.Resource.Environment[name] = value;
        return builder;
    }
}
