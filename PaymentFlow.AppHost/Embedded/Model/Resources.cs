namespace PaymentFlow.AppHost.Embedded;

/// <summary>A part of the model. The vocabulary of this folder is Aspire's, as far as AppHost.cs speaks it.</summary>
public interface IResource
{
    string Name { get; }
}

public abstract class Resource(string name) : IResource
{
    public string Name { get; } = name;

    /// <summary>What must be ready before this one starts.</summary>
    internal List<IResource> WaitsFor { get; } = [];
}

/// <summary>Something whose value is known only once it runs.</summary>
public interface IValueProvider
{
    ValueTask<string> GetValueAsync(CancellationToken cancellationToken = default);
}

public interface IResourceWithConnectionString : IResource
{
    /// <summary>Waits until there is one: a port that the system chooses is known only after the start.</summary>
    ValueTask<string> GetConnectionStringAsync(CancellationToken cancellationToken = default);
}

public interface IResourceWithServiceDiscovery : IResource
{
    EndpointReference GetEndpoint(string name);
}

public sealed class ConnectionStringResource(string name, string connectionString) : Resource(name), IResourceWithConnectionString
{
    public ValueTask<string> GetConnectionStringAsync(CancellationToken cancellationToken = default) => new(connectionString);
}

public sealed class KafkaServerResource(string name) : Resource(name), IResourceWithConnectionString
{
    readonly TaskCompletionSource<string> _bootstrap = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal void Started(string bootstrapServers) => _bootstrap.TrySetResult(bootstrapServers);

    public ValueTask<string> GetConnectionStringAsync(CancellationToken cancellationToken = default) =>
        new(_bootstrap.Task.WaitAsync(cancellationToken));
}

public sealed class PostgresServerResource(string name) : Resource(name), IResourceWithConnectionString
{
    readonly TaskCompletionSource<string> _connectionString = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal void Started(string connectionString) => _connectionString.TrySetResult(connectionString);

    public ValueTask<string> GetConnectionStringAsync(CancellationToken cancellationToken = default) =>
        new(_connectionString.Task.WaitAsync(cancellationToken));
}

public sealed class PostgresDatabaseResource(string name, string databaseName, PostgresServerResource parent)
    : Resource(name), IResourceWithConnectionString
{
    public PostgresServerResource Parent { get; } = parent;

    public string DatabaseName { get; } = databaseName;

    public async ValueTask<string> GetConnectionStringAsync(CancellationToken cancellationToken = default) =>
        $"{await Parent.GetConnectionStringAsync(cancellationToken)};Database={DatabaseName}";
}

public sealed class ParameterResource(string name, Func<string> value) : Resource(name), IValueProvider
{
    public ValueTask<string> GetValueAsync(CancellationToken cancellationToken = default) => new(value());
}

/// <summary>How a missing parameter is made up: random letters and digits, kept from then on.</summary>
public sealed class GenerateParameterDefault
{
    public required int MinLength { get; init; }

    /// <summary>Aspire's name. Special characters are never used here.</summary>
    public bool Special { get; init; }
}
