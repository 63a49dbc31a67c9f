using System.Collections.Concurrent;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace PaymentFlow.AppHost.Development;

/// <summary>
/// Starts a service or database again when its process ends without having been told to: after 1 s, then later and later while it
/// keeps ending. A resource that somebody stopped in the dashboard stays stopped.
/// </summary>
sealed class RestartWatcher(
    ResourceNotificationService notifications, ResourceCommandService commands, ResourceLoggerService loggers,
    ResourceLifecycle lifecycle, IConfiguration configuration, TimeProvider time) : BackgroundService
{
    static readonly TimeSpan FirstDelay = TimeSpan.FromSeconds(1);
    // After this long without an end the delay is the first one again.
    static readonly TimeSpan LongRun = TimeSpan.FromMinutes(1);

    readonly TimeSpan _longestDelay = configuration.GetValue("Restarts:LongestDelay", TimeSpan.FromSeconds(30));
    readonly ConcurrentDictionary<string, (TimeSpan Delay, long EndedAt)> _last = new();
    readonly ConcurrentDictionary<string, bool> _stopped = new();
    readonly ConcurrentDictionary<string, bool> _keptDown = new();

    /// <summary>By a resource's name: it is not started again until <see cref="Release"/>. For tests of an outage.</summary>
    public void KeepDown(string resource) => _keptDown[resource] = true;

    public void Release(string resource) => _keptDown.TryRemove(resource, out _);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var change in notifications.WatchAsync(stoppingToken))
        {
            if (change.Resource is not (ProjectResource or ExecutableResource) || change.Resource.Name == DevelopmentExtensions.Dashboard) continue;
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
            logger.LogWarning("{Resource} ended with exit code {ExitCode}. It is started again in {Seconds} s.", resource.Name, exitCode, delay.TotalSeconds);
            await Task.Delay(delay, time, stoppingToken);
            // It may have been started or kept down meanwhile.
            if (!_stopped.ContainsKey(id) || _keptDown.ContainsKey(resource.Name)) return;
            var result = await commands.ExecuteCommandAsync(id, KnownResourceCommands.StartCommand, stoppingToken);
            if (!result.Success) logger.LogError("{Resource} was not started again: {Reason}", resource.Name, result.Message);
        }
        catch (OperationCanceledException)
        {
            // The host is stopping.
        }
    }

    TimeSpan DelayOf(string id)
    {
        var now = time.GetTimestamp();
        var delay = _last.TryGetValue(id, out var last) && time.GetElapsedTime(last.EndedAt, now) < LongRun
            ? TimeSpan.FromTicks(Math.Min(last.Delay.Ticks * 2, _longestDelay.Ticks))
            : FirstDelay;
        _last[id] = (delay, now);
        return delay;
    }
}
