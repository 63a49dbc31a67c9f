using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;

namespace PaymentFlow.AppHost.Development;

/// <summary>
/// Stops the services before their database. Aspire's orchestrator sends SIGTERM to all processes at once. Postgres would then wait for
/// its clients, be killed after six seconds, and have to recover at the next start.
/// </summary>
sealed class ResourceLifecycle(ResourceNotificationService notifications, IHostApplicationLifetime host) : BackgroundService
{
    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(4);

    // Keyed by the id of the resource's instance, because a service may have replicas.
    readonly ConcurrentDictionary<string, (IResource Resource, int ProcessId)> _running = new();

    public bool IsStopping => host.ApplicationStopping.IsCancellationRequested;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var change in notifications.WatchAsync(stoppingToken))
        {
            var ended = change.Snapshot.State?.Text is { } state && KnownResourceStates.TerminalStates.Contains(state);
            // The id of a starting process is 0. A signal to id 0 would go to the host's whole process group.
            if (!ended && change.Snapshot.Properties.FirstOrDefault(property => property.Name == "executable.pid")?.Value
                is int processId and > 0)
                _running[change.ResourceId] = (change.Resource, processId);
            else _running.TryRemove(change.ResourceId, out _);
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(Timeout);
        try
        {
            await StopAsync(resource => resource is ProjectResource, interrupt: false, timeout.Token);
            await StopAsync(IsPostgres, interrupt: true, timeout.Token);
        }
        catch (OperationCanceledException)
        {
            // The orchestrator kills what is left.
        }
        await base.StopAsync(cancellationToken);
    }

    /// <summary>Postgres' fast shutdown: the server closes its connections, writes its data and stops.</summary>
    public Task StopPostgresAsync(IResource postgres, CancellationToken cancellationToken) =>
        StopAsync(resource => resource == postgres, interrupt: true, cancellationToken);

    Task StopAsync(Func<IResource, bool> which, bool interrupt, CancellationToken cancellationToken) =>
        Task.WhenAll(_running.Values.Where(running => which(running.Resource))
            .Select(running => ProcessExtensions.StopAsync(running.ProcessId, interrupt, cancellationToken)));

    static bool IsPostgres(IResource resource) => resource is ExecutableResource and IResourceWithConnectionString;
}
