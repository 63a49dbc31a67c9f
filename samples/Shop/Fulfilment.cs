using System.Text;
using System.Text.Json;
using Confluent.Kafka;

namespace Shop;

/// <summary>
/// Ships paid orders, which it reads from the topic <c>orders</c>. Delivery is at least once, so shipping must be idempotent.
/// </summary>
sealed partial class Fulfilment(
    IConfiguration configuration, EventSignature signature, Sales sales, ILogger<Fulfilment> logger) : BackgroundService
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
                if (!signature.IsValid(message.Message)) Log.Forged(logger, message.TopicPartitionOffset);
                else if (TypeOf(message.Message) == "order.paid") Ship(message.Message.Value);
                consumer.StoreOffset(message);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            consumer.Close();
        }
    }

    static string? TypeOf(Message<string, byte[]> message) =>
        message.Headers.TryGetLastBytes("ce_type", out var type) ? Encoding.UTF8.GetString(type) : null;

    void Ship(byte[] json)
    {
        using var order = JsonDocument.Parse(json);
        var reference = order.RootElement.GetProperty("reference").GetString()!;
        if (sales.TryShip(reference)) Log.Shipped(logger, reference);
    }

    static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Ignored an event that PaymentFlow has not signed, at {Position}")]
        public static partial void Forged(ILogger logger, TopicPartitionOffset position);

        [LoggerMessage(LogLevel.Information, "Shipped {Reference}")]
        public static partial void Shipped(ILogger logger, string reference);
    }
}
