using Confluent.Kafka;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using PaymentFlow.Messaging.Events;

namespace PaymentFlow.Messaging.Push;

public static class PushExtensions
{
    /// <summary>Registers <see cref="OrderUpdates"/> and the follower of <c>orders</c> that feeds it.</summary>
    public static void AddOrderUpdates(this IHostApplicationBuilder builder)
    {
        builder.AddKeyedKafkaConsumer<string, byte[]>(Topics.Orders, settings =>
        {
            settings.ConnectionString = builder.Configuration.GetConnectionString("kafka");
            settings.DisableHealthChecks = true;
            settings.DisableTracing = true;
            // librdkafka asks for a group id even where partitions are assigned by hand; no offset is ever committed.
            settings.Config.GroupId = $"{builder.Environment.ApplicationName}.push";
            settings.Config.EnableAutoCommit = false;
            settings.Config.EnableAutoOffsetStore = false;
            settings.Config.AllowAutoCreateTopics = true;
            // Only after the broker lost its log: what it has since then is all news.
            settings.Config.AutoOffsetReset = AutoOffsetReset.Earliest;
        });
        builder.Services.AddSingleton<OrderUpdates>();
        builder.Services.AddHostedService(services => ActivatorUtilities.CreateInstance<OrdersTail>(
            services, services.GetRequiredKeyedService<IConsumer<string, byte[]>>(Topics.Orders)));
    }
}
