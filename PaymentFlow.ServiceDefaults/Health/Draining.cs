using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace PaymentFlow.ServiceDefaults.Health;

/// <summary>
/// After SIGTERM the service reports not ready for a while but still serves, so that load balancers stop routing to it. Then the web
/// server finishes its open requests and the service shuts down.
/// </summary>
static class Draining
{
    // Kubernetes and Azure Container Apps kill a container that does not end within 30 s. The outbox relay may flush after this timeout.
    static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(25);

    /// <summary><c>Shutdown:TurnAwayFor</c>: 3 s by default. In development 0, because there is no load balancer.</summary>
    public static void AddDraining(this IHostApplicationBuilder builder)
    {
        var turnAwayFor = builder.Configuration.GetValue(
            "Shutdown:TurnAwayFor", builder.Environment.IsDevelopment() ? TimeSpan.Zero : TimeSpan.FromSeconds(3));
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = ShutdownTimeout);
        builder.Services.AddHealthChecks().AddCheck<DrainingHealthCheck>("stopping");
        builder.Services.AddHostedService(services => new TurnAway(turnAwayFor, services.GetRequiredService<TimeProvider>()));
    }

    sealed class TurnAway(TimeSpan duration, TimeProvider time) : IHostedLifecycleService
    {
        public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppingAsync(CancellationToken cancellationToken) =>
            duration > TimeSpan.Zero ? Task.Delay(duration, time, cancellationToken) : Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}

sealed class DrainingHealthCheck(IHostApplicationLifetime lifetime) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(lifetime.ApplicationStopping.IsCancellationRequested
            ? new HealthCheckResult(context.Registration.FailureStatus, "The service is stopping.")
            : HealthCheckResult.Healthy());
}
