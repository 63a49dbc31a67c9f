using Confluent.Kafka;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using PaymentFlow.Contracts.Events;
using PaymentFlow.Messaging.CloudEvents;
using PaymentFlow.ServiceDefaults;

namespace PaymentFlow.Messaging.Push;

public static class PushExtensions
{
    /// <summary>
    /// Registers <see cref="OrderUpdateHub"/>, the <see cref="OrderEventsSubscriber"/> that feeds it, and the
    /// <see cref="WatchedOrdersReconciler"/> for missed events. Needs an <see cref="IOrderStateReader"/> and the key of <c>orders</c>.
    /// Without Kafka the service is Degraded: its screens are updated late.
    /// </summary>
    public static void AddOrderUpdates(this IHostApplicationBuilder builder)
    {
        builder.AddEventKeys();
        builder.AddKeyedKafkaConsumer<string, byte[]>(Topics.Orders,
            settings =>
            {
                settings.ConnectionString = builder.Configuration.GetConnectionString("kafka");
                settings.DisableHealthChecks = true;
                settings.DisableTracing = true;
                settings.DisableMetrics = true;
                // librdkafka requires a group id even for manually assigned partitions. No offset is committed.
                settings.Config.GroupId = $"{builder.Environment.ApplicationName}.push";
                settings.Config.EnableAutoCommit = false;
                settings.Config.EnableAutoOffsetStore = false;
                settings.Config.AllowAutoCreateTopics = true;
                // Applies only after the broker lost its log. All messages since then are new.
                settings.Config.AutoOffsetReset = AutoOffsetReset.Earliest;
                settings.Config.ReconnectPatiently();
            },
            // librdkafka logs the error itself.
            (services, consumer) => consumer.SetErrorHandler((_, _) => services.GetRequiredService<WatchedOrdersReconciler>().Ask()));
        builder.Services.AddSingleton(Options.Create(builder.ReadSettings<WatchedOrdersOptions>("Screens")));
        builder.Services.AddSingleton<OrderUpdateHub>();
        builder.Services.AddSingleton<WatchedOrdersReconciler>();
        builder.Services.AddHostedService(services => services.GetRequiredService<WatchedOrdersReconciler>());
        builder.Services.AddSingleton(services => ActivatorUtilities.CreateInstance<OrderEventsSubscriber>(
            services, services.GetRequiredKeyedService<IConsumer<string, byte[]>>(Topics.Orders)));
        builder.Services.AddHostedService(services => services.GetRequiredService<OrderEventsSubscriber>());
        builder.Services.AddHealthChecks().AddCheck<PushHealthCheck>("push", HealthStatus.Degraded);
    }
}
