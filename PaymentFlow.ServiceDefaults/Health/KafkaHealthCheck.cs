using Confluent.Kafka;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace PaymentFlow.ServiceDefaults;

/// <summary>Whether the broker answers, asked without producing anything (Aspire's own checks produce to a topic of theirs).</summary>
public static class KafkaHealthChecks
{
    /// <summary>
    /// Registers the check <c>kafka</c> over the connection of the registered <see cref="IProducer{TKey, TValue}"/>.
    /// Kafka away is Degraded, not dead: payments are still taken, and the outbox waits.
    /// </summary>
    public static void AddKafkaHealthCheck<TKey, TValue>(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton(services => new KafkaHealthCheck(services.GetRequiredService<IProducer<TKey, TValue>>().Handle));
        builder.Services.AddHealthChecks().AddCheck<KafkaHealthCheck>("kafka", HealthStatus.Degraded);
    }
}

/// <summary>One metadata request at a time over an existing client, however many probes ask.</summary>
sealed class KafkaHealthCheck(Handle handle) : IHealthCheck, IDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

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
            // GetMetadata blocks, so it gets a thread of its own instead of one of the pool's.
            if (_asking is null or { IsCompleted: true })
                _asking = Task.Factory.StartNew(() => _admin.GetMetadata(Patience), CancellationToken.None,
                    TaskCreationOptions.LongRunning, TaskScheduler.Default);
            return _asking;
        }
    }

    public void Dispose() => _admin.Dispose();
}
