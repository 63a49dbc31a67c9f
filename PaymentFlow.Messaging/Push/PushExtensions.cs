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
    /// Registers <see cref="OrderUpdates"/>, the follower of <c>orders</c> that feeds it, and the sweep for what that misses.
    /// Needs an <see cref="IOrderStates"/>. Without Kafka the service is Degraded: its screens are late, not wrong.
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
                // librdkafka asks for a group id even where partitions are assigned by hand; no offset is ever committed.
                settings.Config.GroupId = $"{builder.Environment.ApplicationName}.push";
                settings.Config.EnableAutoCommit = false;
                settings.Config.EnableAutoOffsetStore = false;
                settings.Config.AllowAutoCreateTopics = true;
                // Only after the broker lost its log: what it has since then is all news.
                settings.Config.AutoOffsetReset = AutoOffsetReset.Earliest;
                settings.Config.ReconnectPatiently();
            },
            // librdkafka logs it itself.
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
