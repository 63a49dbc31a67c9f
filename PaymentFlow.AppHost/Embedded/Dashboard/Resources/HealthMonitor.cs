using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using PaymentFlow.AppHost.Embedded.Running;

namespace PaymentFlow.AppHost.Embedded.Dashboard.Resources;

/// <summary>Asks every running service for its health, again and again, as an orchestrator's probe does.</summary>
sealed class HealthMonitor(Engine engine, IReadOnlyList<IResource> resources, TimeProvider time) : BackgroundService
{
    static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);
    static readonly HttpClient Http = new() { Timeout = Interval };

    readonly ConcurrentDictionary<string, (int? ProcessId, string Said)> _health = new();

    /// <summary>What this very process said last, as one line; null where there is none to ask, or it was not asked yet.</summary>
    public string? HealthOf(string name, int? processId) =>
        processId is not null && _health.TryGetValue(name, out var health) && health.ProcessId == processId ? health.Said : null;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using PeriodicTimer timer = new(Interval, time);
        do
        {
            await Task.WhenAll(resources.OfType<ProjectResource>().Select(project => AskAsync(project, stoppingToken)));
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    async Task AskAsync(ProjectResource project, CancellationToken stoppingToken)
    {
        if (project is not { HealthPath: { } path, Address: { } address }) return;
        var process = engine.ProcessIdOf(project.Name);
        try
        {
            using var answer = await Http.GetAsync(new Uri(address, path), stoppingToken);
            var said = await answer.Content.ReadAsStringAsync(stoppingToken);
            _health[project.Name] = (process, said.Length > 0 ? said.ReplaceLineEndings(" · ") : $"{(int)answer.StatusCode}");
        }
        catch (Exception e) when (e is HttpRequestException || (e is OperationCanceledException && !stoppingToken.IsCancellationRequested))
        {
            _health[project.Name] = (process, "No answer");
        }
    }
}
