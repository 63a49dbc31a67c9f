using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using PaymentFlow.Messaging.CloudEvents;
using PaymentFlow.Messaging.Telemetry;

namespace PaymentFlow.Persistence.Consuming;

/// <summary>
/// Applies a batch of messages. A message that is not signed, unreadable or rejected goes to the dead letters; a rejected batch is halved
/// until the rejected message is alone. Throws only for causes outside the events. The caller may then call again with the same batch.
/// </summary>
public sealed partial class BatchProcessor<T>(
    IEventBatchHandler<T> handler, JsonTypeInfo<T> json, EventKeys keys, DeadLetterStore deadLetters, ILogger<BatchProcessor<T>> logger)
    : IMessageReplay
{
    // Chosen, not measured. A smaller batch means that there is no backlog, and each further transaction costs a commit.
    const int WorthSplitting = 100;
    static readonly int Lanes = Math.Clamp(Environment.ProcessorCount, 1, 4);

    /// <summary>
    /// Applies a large batch in several concurrent transactions. The messages of one partition, and so the events of one order, stay
    /// together and in order.
    /// </summary>
    public Task ProcessAsync(IReadOnlyList<ConsumeResult<string, byte[]>> messages, CancellationToken cancellationToken) =>
        messages.Count < WorthSplitting
            ? ProcessLaneAsync(messages, cancellationToken)
            : Task.WhenAll(messages.GroupBy(message => message.Partition.Value % Lanes)
                .Select(lane => Task.Run(() => ProcessLaneAsync([.. lane], cancellationToken), CancellationToken.None)));

    public Task ReplayAsync(string topic, Message<string, byte[]> message, CancellationToken cancellationToken) =>
        handler.HandleAsync([Read(topic, message)], cancellationToken);

    async Task ProcessLaneAsync(IReadOnlyList<ConsumeResult<string, byte[]>> messages, CancellationToken cancellationToken)
    {
        var readable = new List<(ConsumeResult<string, byte[]> Message, ReceivedEvent<T> Event)>(messages.Count);
        foreach (var message in messages)
        {
            try
            {
                readable.Add((message, Read(message.Topic, message.Message)));
            }
            catch (Exception e) when (EventFailure.IsInTheEvent(e))
            {
                await DeadLetterAsync(message, e, cancellationToken);
            }
        }
        await ApplyAsync(readable, cancellationToken);
    }

    ReceivedEvent<T> Read(string topic, Message<string, byte[]> message)
    {
        KafkaBinding.Verify(topic, message, keys);
        var envelope = KafkaBinding.Read(message);
        var data = JsonSerializer.Deserialize(envelope.Data, json) ?? throw new JsonException("The data is null.");
        return new ReceivedEvent<T>(envelope, data);
    }

    async Task ApplyAsync(
        List<(ConsumeResult<string, byte[]> Message, ReceivedEvent<T> Event)> batch, CancellationToken cancellationToken)
    {
        if (batch.Count == 0) return;
        try
        {
            await handler.HandleAsync([.. batch.Select(item => item.Event)], cancellationToken);
        }
        catch (Exception e) when (EventFailure.IsInTheEvent(e))
        {
            if (batch.Count == 1)
            {
                await DeadLetterAsync(batch[0].Message, e, cancellationToken);
                return;
            }
            var half = batch.Count / 2;
            await ApplyAsync(batch[..half], cancellationToken);
            await ApplyAsync(batch[half..], cancellationToken);
        }
    }

    async Task DeadLetterAsync(ConsumeResult<string, byte[]> message, Exception reason, CancellationToken cancellationToken)
    {
        var isSigned = reason is not EventSignatureException;
        await deadLetters.AddAsync(message, $"{reason.GetType().Name}: {reason.Message}", isSigned, cancellationToken);
        if (!isSigned) RefusedEvents.Count(message.Topic);
        Log.DeadLettered(logger, reason, message.Topic, message.Partition.Value, message.Offset.Value);
    }

    static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "Dead-lettered {Topic}[{Partition}]@{Offset}")]
        public static partial void DeadLettered(ILogger logger, Exception reason, string topic, int partition, long offset);
    }
}
