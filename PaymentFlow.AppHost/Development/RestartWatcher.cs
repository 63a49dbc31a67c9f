using System.Collections.Concurrent;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace PaymentFlow.AppHost.Development;

/// <summary>
/// Restarts a service or database after its process ends unexpectedly: after 1 s, or after 5 s if the process has ended within the last
/// minute. A resource that was stopped in the dashboard stays stopped.
/// </summary>
sealed class RestartWatcher(
    ResourceNotificationService notifications, ResourceCommandService commands, ResourceLoggerService loggers,
    ResourceLifecycle lifecycle, IConfiguration configuration, TimeProvider time) : BackgroundService
{
    static readonly TimeSpan Delay = TimeSpan.FromSeconds(1);
    static readonly TimeSpan LongRun = TimeSpan.FromMinutes(1);

    readonly TimeSpan _delayAfterShortRun = configuration.GetValue("Restarts:DelayAfterShortRun", TimeSpan.FromSeconds(5));
    readonly ConcurrentDictionary<string, long> _endedAt = new();
    readonly ConcurrentDictionary<string, bool> _stopped = new();
    readonly ConcurrentDictionary<string, bool> _keptDown = new();

    /// <summary>Suspends restarts of the resource with this name until <see cref="Release"/>. For outage tests.</summary>
    public void KeepDown(string resource) => _keptDown[resource] = true;

    public void Release(string resource) => _keptDown.TryRemove(resource, out _);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var change in notifications.WatchAsync(stoppingToken))
        {
            if (change.Resource is not (ProjectResource or ExecutableResource)
                || change.Resource.Name == DevelopmentExtensions.Dashboard) continue;
            var state = change.Snapshot.State?.Text;
            if (state == KnownResourceStates.Stopping) _stopped[change.ResourceId] = true;
            if (state == KnownResourceStates.Starting || state == KnownResourceStates.Running) _stopped.TryRemove(change.ResourceId, out _);
            if (state != KnownResourceStates.Exited && state != KnownResourceStates.Finished) continue;
            if (_stopped.ContainsKey(change.ResourceId) || _keptDown.ContainsKey(change.Resource.Name) || lifecycle.IsStopping) continue;
            _stopped[change.ResourceId] = true;
            _ = RestartAsync(change.Resource, change.ResourceId, change.Snapshot.ExitCode, stoppingToken);
        }
    }

    async Task RestartAsync(IResource resource, string id, int? exitCode, CancellationToken stoppingToken)
    {
        var logger = loggers.GetLogger(id);
        var delay = DelayOf(id);
        try
        {
            logger.LogWarning(
                "{Resource} ended with exit code {ExitCode}. It is restarted in {Seconds} s.", resource.Name, exitCode, delay.TotalSeconds);
            await Task.Delay(delay, time, stoppingToken);
            // The resource may have been started or kept down meanwhile.
            if (!_stopped.ContainsKey(id) || _keptDown.ContainsKey(resource.Name)) return;
            var result = await commands.ExecuteCommandAsync(id, KnownResourceCommands.StartCommand, stoppingToken);
            if (!result.Success) logger.LogError("Could not restart {Resource}: {Reason}", resource.Name, result.Message);
        }
        catch (OperationCanceledException)
        {
            // The host is stopping.
        }
    }

    TimeSpan DelayOf(string id)
    {
        var now = time.GetTimestamp();
        var again = _endedAt.TryGetValue(id, out var before) && time.GetElapsedTime(before, now) < LongRun;
        _endedAt[id] = now;
        return again ? _delayAfterShortRun : Delay;
    }
}
