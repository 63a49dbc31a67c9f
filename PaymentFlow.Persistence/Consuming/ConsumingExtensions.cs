using System.Text.Json.Serialization.Metadata;
using Confluent.Kafka;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using PaymentFlow.Messaging;
using PaymentFlow.Messaging.CloudEvents;

namespace PaymentFlow.Persistence.Consuming;

public static class ConsumingExtensions
{
    // The partitions of an instance that died wait this long for another instance. An instance that stops while Kafka is down needs this
    // long, because librdkafka waits for the broker to accept the offsets. With Kafka's default, 45 s, orchestrators kill it first.
    const int SessionTimeoutMs = 10_000;

    /// <summary>
    /// Consumes <paramref name="topic"/> in the group <paramref name="groupId"/>, in batches, at least once. A group without an
    /// offset starts at the beginning. Needs an <c>NpgsqlDataSource</c>, the migration with dead letters and the topic's key.
    /// </summary>
    public static void AddEventConsumer<T, THandler>(
        this IHostApplicationBuilder builder, string topic, string groupId, JsonTypeInfo<T> json)
        where THandler : class, IEventBatchHandler<T>
    {
        builder.AddEventKeys();
        builder.AddKeyedKafkaConsumer<string, byte[]>(topic, settings =>
        {
            settings.ConnectionString = builder.Configuration.GetConnectionString("kafka");
            settings.DisableHealthChecks = true;
            settings.DisableTracing = true;
            settings.DisableMetrics = true;
            settings.Config.GroupId = groupId;
            settings.Config.AutoOffsetReset = AutoOffsetReset.Earliest;
            // On a new broker the consumer may start before the topic exists: create the topic, or notice its creation within 5 s.
            settings.Config.AllowAutoCreateTopics = true;
            settings.Config.TopicMetadataRefreshIntervalMs = 5_000;
            // The background commit takes only stored offsets; an offset is stored after the database transaction has committed.
            settings.Config.EnableAutoOffsetStore = false;
            settings.Config.EnableAutoCommit = true;
            settings.Config.AutoCommitIntervalMs = 1000;
            settings.Config.SessionTimeoutMs ??= SessionTimeoutMs;
            settings.Config.ReconnectPatiently();
        });
        builder.Services.AddSingleton<DeadLetterStore>();
        builder.Services.AddSingleton<THandler>();
        builder.Services.AddSingleton<IEventBatchHandler<T>>(services => services.GetRequiredService<THandler>());
        builder.Services.AddSingleton(services => ActivatorUtilities.CreateInstance<BatchProcessor<T>>(services, json));
        builder.Services.AddKeyedSingleton<IMessageReplay>(topic, (services, _) => services.GetRequiredService<BatchProcessor<T>>());
        builder.Services.AddHostedService(services => ActivatorUtilities.CreateInstance<BatchConsumer<T>>(
            services, topic, services.GetRequiredKeyedService<IConsumer<string, byte[]>>(topic)));
        builder.Services.AddKeyedSingleton(topic, (services, _) => ActivatorUtilities.CreateInstance<ConsumerGroupLag>(
            services, topic, services.GetRequiredKeyedService<IConsumer<string, byte[]>>(topic)));
    }
}
