using System.Collections.Concurrent;
using PaymentFlow.AppHost.Embedded.Kafka;
using PaymentFlow.AppHost.Embedded.Output;
using PaymentFlow.AppHost.Embedded.Postgres;

namespace PaymentFlow.AppHost.Embedded.Running;

/// <summary>
/// Runs the model as local processes: everything at once, each part waiting for what it waits for. Stops it in the
/// opposite order: services, then Kafka and Postgres.
/// </summary>
sealed class Engine : IAsyncDisposable
{
    readonly EmbeddedOptions _options;
    readonly DataFolder _dataFolder;
    readonly IReadOnlyList<IResource> _resources;
    readonly Spawner _spawner = new();
    readonly Dictionary<string, IRunner> _runners;
    readonly ConcurrentDictionary<string, ResourceState> _progress = new();

    public Engine(EmbeddedOptions options, DataFolder dataFolder, IReadOnlyList<IResource> resources, TimeProvider time)
    {
        _options = options;
        _dataFolder = dataFolder;
        _resources = resources;
        Output = new ResourceOutput(options.Log, time);
        _runners = resources.ToDictionary(resource => resource.Name, resource => (IRunner)(resource switch
        {
            PostgresServerResource postgres => new PostgresServer(postgres, options, _spawner, Output, time),
            PostgresDatabaseResource database => new PostgresDatabase(database),
            KafkaServerResource kafka => new InProcessBroker(kafka, Output),
            ProjectResource project => new ProjectRunner(project, options, _spawner, Output, time),
            _ => new NothingToRun(),
        }));
    }

    public ResourceOutput Output { get; }

    /// <exception cref="EmbeddedException">A port is taken.</exception>
    public void AssignPorts() => Ports.Assign(_resources.OfType<ProjectResource>(), _options.FreePorts);

    /// <summary>Returns when everything is ready.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        // After what can still refuse the start, which then has deleted nothing.
        if (_options.Fresh) _dataFolder.Clear();
        using var failed = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var started = _resources.ToDictionary(
            resource => resource,
            _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        await Task.WhenAll(_resources.Select(async resource =>
        {
            try
            {
                foreach (var other in ((Resource)resource).WaitsFor) await started[other].Task.WaitAsync(failed.Token);
                _progress[resource.Name] = ResourceState.Starting;
                await _runners[resource.Name].StartAsync(failed.Token);
                _progress[resource.Name] = ResourceState.Running;
                started[resource].SetResult();
            }
            catch
            {
                // One that can't start ends the start of all; its own exception is the one that is told.
                await failed.CancelAsync();
                throw;
            }
        })).FirstReason();
    }

    public ResourceState StateOf(string name) => _progress.GetValueOrDefault(name) switch
    {
        ResourceState.Running when _runners[name].Child is { ProcessId: null } child => child.IsHeld ? ResourceState.Stopped : ResourceState.Exited,
        var progress => progress,
    };

    /// <summary>Null for what is no process of its own, or not started yet.</summary>
    public Child? ChildOf(string name) => _runners[name].Child;

    public int? ProcessIdOf(string name) => _runners[name].ProcessId;

    public Child ProcessOf(string name) =>
        _runners[name].Child ?? throw new ArgumentException($"{name} is no process of its own.", nameof(name));

    public async ValueTask DisposeAsync()
    {
        await StopAsync(_resources.OfType<ProjectResource>());
        await StopAsync(_resources.Where(resource => resource is not ProjectResource));
        _spawner.Dispose();
    }

    Task StopAsync(IEnumerable<IResource> resources) =>
        Task.WhenAll(resources.Select(resource => _runners[resource.Name].DisposeAsync().AsTask()));

    sealed class NothingToRun : IRunner
    {
        public int? ProcessId => null;

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}

/// <summary>What runs one resource.</summary>
interface IRunner : IAsyncDisposable
{
    int? ProcessId { get; }

    /// <summary>Null for what is no process of its own.</summary>
    Child? Child => null;

    /// <summary>Returns when the resource is ready.</summary>
    Task StartAsync(CancellationToken cancellationToken);
}

static class FirstReasonExtensions
{
    /// <summary>Of several failures, the one that is no mere consequence of another.</summary>
    public static async Task FirstReason(this Task all)
    {
        try
        {
            await all;
        }
        catch (Exception)
        {
            if (all.Exception?.InnerExceptions.FirstOrDefault(e => e is not OperationCanceledException) is { } reason)
                System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(reason);
            throw;
        }
    }
}
