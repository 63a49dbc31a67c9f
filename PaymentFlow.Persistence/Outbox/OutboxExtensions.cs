using Confluent.Kafka;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using PaymentFlow.Messaging;
using PaymentFlow.Messaging.CloudEvents;

namespace PaymentFlow.Persistence.Outbox;

public static partial class OutboxExtensions
{
    /// <summary>
    /// Registers the relay, its idempotent producer and the pruning of finished rows. Needs an <c>NpgsqlDataSource</c>, the migration and
    /// the key of the topic that is published.
    /// </summary>
    public static void AddOutbox(this IHostApplicationBuilder builder)
    {
        builder.AddEventKeys();
        builder.AddKafkaProducer<string, byte[]>("kafka",
            settings =>
            {
                // Aspire's health check would produce a message per probe; the check in ServiceDefaults only requests metadata.
                settings.DisableHealthChecks = true;
                // The relay writes its own spans and metrics.
                settings.DisableTracing = true;
                settings.DisableMetrics = true;
                settings.Config.EnableIdempotence = true;
                settings.Config.Acks = Acks.All;
                settings.Config.LingerMs = 0;
                // After this time the row is left to the sweep.
                settings.Config.MessageTimeoutMs = 10_000;
                settings.Config.ReconnectPatiently();
            },
            (services, producer) => producer.SetErrorHandler((_, error) => OnError(services, error)));
        builder.Services.AddSingleton<OutboxStore>();
        builder.Services.AddSingleton<OutboxStatisticsReader>();
        builder.Services.AddSingleton<OutboxRelay>();
        builder.Services.AddHostedService(services => services.GetRequiredService<OutboxRelay>());
        builder.AddOutboxPruning();
    }

    static void OnError(IServiceProvider services, Error error)
    {
        var logger = services.GetRequiredService<ILogger<OutboxRelay>>();
        if (!error.IsFatal)
        {
            Log.KafkaError(logger, error.Reason);
            return;
        }
        // librdkafka's idempotent producer cannot continue after a fatal error. Restart the process; the outbox keeps the events.
        Log.Fatal(logger, error.Reason);
        Environment.ExitCode = 1;
        services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
    }

    static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Kafka producer: {Reason}")]
        public static partial void KafkaError(ILogger logger, string reason);

        [LoggerMessage(LogLevel.Critical, "The Kafka producer had a fatal error; stopping the process so that it is restarted: {Reason}")]
        public static partial void Fatal(ILogger logger, string reason);
    }
}
