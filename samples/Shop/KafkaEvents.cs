using System.Text;
using System.Text.Json;
using Confluent.Kafka;

namespace Shop;

/// <summary>Receives events from the topic <c>orders</c>: <c>--Fulfilment kafka</c>.</summary>
sealed partial class KafkaEvents(
    IConfiguration configuration, EventSignature signature, Fulfilment fulfilment, ILogger<KafkaEvents> logger) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.Factory.StartNew(() => Consume(stoppingToken), stoppingToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    void Consume(CancellationToken stoppingToken)
    {
        ConsumerConfig settings = new()
        {
            BootstrapServers = configuration.GetConnectionString("kafka"),
            GroupId = "sample-shop",
            AutoOffsetReset = AutoOffsetReset.Earliest,
            // An offset is stored only after its work is done.
            EnableAutoOffsetStore = false,
        };
        using var consumer = new ConsumerBuilder<string, byte[]>(settings).Build();
        consumer.Subscribe("orders");
        try
        {
            while (true)
            {
                var message = consumer.Consume(stoppingToken);
                // Without the signature, everybody who can write to the topic could have goods shipped.
                if (signature.IsValid(message.Message)) Handle(message.Message);
                else Log.Forged(logger, message.TopicPartitionOffset);
                consumer.StoreOffset(message);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            consumer.Close();
        }
    }

    void Handle(Message<string, byte[]> message)
    {
        using var order = JsonDocument.Parse(message.Value);
        fulfilment.Handle(Header(message, "ce_id"), Header(message, "ce_type"), order.RootElement);
    }

    static string Header(Message<string, byte[]> message, string name) => Encoding.UTF8.GetString(message.Headers.GetLastBytes(name));

    static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Ignored an event that PaymentFlow has not signed, at {Position}")]
        public static partial void Forged(ILogger logger, TopicPartitionOffset position);
    }
}
