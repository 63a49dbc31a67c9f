using Confluent.Kafka;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using PaymentFlow.Messaging.Events;

namespace PaymentFlow.Messaging.Push;

public static class PushExtensions
{
    /// <summary>
    /// Registers <see cref="OrderUpdates"/>, the <see cref="OrdersTail"/> that feeds it, and the <see cref="ScreenSweep"/> for missed
    /// events. Needs an <see cref="IOrderStates"/>. Without Kafka the service is Degraded: its screens are updated late.
    /// </summary>
    public static void AddOrderUpdates(this IHostApplicationBuilder builder)
    {
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
            (services, consumer) => consumer.SetErrorHandler((_, _) => services.GetRequiredService<ScreenSweep>().Ask()));
        builder.Services.AddOptions<ScreenOptions>().BindConfiguration("Screens").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<OrderUpdates>();
        builder.Services.AddSingleton<ScreenSweep>();
        builder.Services.AddHostedService(services => services.GetRequiredService<ScreenSweep>());
        builder.Services.AddSingleton(services => ActivatorUtilities.CreateInstance<OrdersTail>(
            services, services.GetRequiredKeyedService<IConsumer<string, byte[]>>(Topics.Orders)));
        builder.Services.AddHostedService(services => services.GetRequiredService<OrdersTail>());
        builder.Services.AddHealthChecks().AddCheck<PushHealthCheck>("push", HealthStatus.Degraded);
    }
}
