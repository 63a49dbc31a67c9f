using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;

namespace PaymentFlow.AppHost;

/// <summary>Adds <see cref="LocalKafkaResource"/> to the model.</summary>
public static class LocalKafkaExtensions
{
    const int Partitions = 4;

    /// <summary>
    /// A broker with these topics in the app host's process. Its dashboard command <em>Lose everything</em> deletes all its data.
    /// </summary>
    public static IResourceBuilder<LocalKafkaResource> AddLocalKafka(
        this IDistributedApplicationBuilder builder, string name, params string[] topics)
    {
        LocalBroker broker = new(topics, Partitions);
        var check = $"{name}_listens";
        builder.Services.AddHealthChecks()
            .AddCheck(check, () => broker.IsRunning ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy());
        builder.Services.AddSingleton(broker);
        return builder.AddResource(new LocalKafkaResource(name))
            .WithInitialState(new()
            {
                ResourceType = "Kafka (in-process)",
                State = KnownResourceStates.NotStarted,
                Properties = [],
                CreationTimeStamp = TimeProvider.System.GetUtcNow().UtcDateTime,
            })
            .WithHealthCheck(check)
            .WithIconName("Flow")
            .OnInitializeResource((resource, initialize, cancellationToken) => StartAsync(broker, resource, initialize, cancellationToken))
            .WithCommand("lose-everything", "Lose everything", _ =>
            {
                broker.LoseEverything();
                return Task.FromResult(CommandResults.Success(
                    "All topics, messages, groups and offsets were deleted. The delivery check publishes the lost events again."));
            }, new CommandOptions
            {
                Description = "Empties the broker, as if its disk had been lost.",
                ConfirmationMessage = "Lose all topics, messages and offsets?",
                IconName = "Delete",
            })
            .ExcludeFromManifest();
    }

    static async Task StartAsync(
        LocalBroker broker, LocalKafkaResource resource, InitializeResourceEvent initialize, CancellationToken cancellationToken)
    {
        var logger = initialize.Logger;
        await initialize.Eventing.PublishAsync(new BeforeResourceStartedEvent(resource, initialize.Services), cancellationToken);
        try
        {
            broker.Start();
        }
        catch (Exception e) when (e is DllNotFoundException or InvalidOperationException)
        {
            logger.LogError(
                "librdkafka's in-process broker did not start ({Reason}). Use a real broker: ConnectionStrings__kafka=HOST:PORT.",
                e.Message);
            await initialize.Notifications.PublishUpdateAsync(resource, state => state with { State = KnownResourceStates.FailedToStart });
            return;
        }
        resource.ListensOn(broker.BootstrapServers);
        logger.LogInformation(
            "librdkafka's in-process broker listens on {Address}. It loses all data at a restart.", broker.BootstrapServers);
        await initialize.Eventing.PublishAsync(new ConnectionStringAvailableEvent(resource, initialize.Services), cancellationToken);
        await initialize.Notifications.PublishUpdateAsync(resource, state => state with
        {
            State = KnownResourceStates.Running,
            StartTimeStamp = TimeProvider.System.GetUtcNow().UtcDateTime,
            Urls = [new("tcp", $"tcp://{broker.BootstrapServers}", IsInternal: false)],
        });
    }
}
