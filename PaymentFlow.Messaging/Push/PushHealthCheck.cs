using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace PaymentFlow.Messaging.Push;

sealed class PushHealthCheck(OrderEventsSubscriber tail) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(tail.Following
            ? HealthCheckResult.Healthy()
            : new HealthCheckResult(
                context.Registration.FailureStatus, "Kafka's topic orders cannot be read; only the slower sweep updates the screens."));
}
