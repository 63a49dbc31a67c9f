using Confluent.Kafka;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace PaymentFlow.ServiceDefaults.Health;

/// <summary>Checks that the broker answers. Unlike Aspire's checks, this one produces no messages.</summary>
public static class KafkaHealthChecks
{
    /// <summary>
    /// Registers the check <c>kafka</c>, which uses the connection of the registered <see cref="IProducer{TKey, TValue}"/>.
    /// Without Kafka the service is Degraded, not Unhealthy: it still accepts payments, and the outbox keeps the events.
    /// </summary>
    public static void AddKafkaHealthCheck<TKey, TValue>(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton(services => new KafkaHealthCheck(services.GetRequiredService<IProducer<TKey, TValue>>().Handle));
        builder.Services.AddHealthChecks().AddCheck<KafkaHealthCheck>("kafka", HealthStatus.Degraded);
    }
}

/// <summary>Sends one metadata request at a time over an existing client. Concurrent probes share its result.</summary>
sealed class KafkaHealthCheck(Handle handle) : IHealthCheck, IDisposable
{
    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    readonly IAdminClient _admin = new DependentAdminClientBuilder(handle).Build();
    readonly Lock _lock = new();
    Task? _asking;

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await Ask().WaitAsync(cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (KafkaException exception)
        {
            return new HealthCheckResult(context.Registration.FailureStatus, "Kafka does not answer.", exception);
        }
    }

    Task Ask()
    {
        lock (_lock)
        {
            // GetMetadata blocks, so it runs on its own thread instead of a thread-pool thread.
            if (_asking is null or { IsCompleted: true })
                _asking = Task.Factory.StartNew(() => _admin.GetMetadata(Timeout), CancellationToken.None,
                    TaskCreationOptions.LongRunning, TaskScheduler.Default);
            return _asking;
        }
    }

    public void Dispose() => _admin.Dispose();
}
