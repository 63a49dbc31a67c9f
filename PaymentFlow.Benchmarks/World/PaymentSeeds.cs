using System.Text.Json;
using Confluent.Kafka;
using Npgsql;
using PaymentFlow.Benchmarks.Twin;
using PaymentFlow.Contracts.Events;
using PaymentFlow.Messaging.CloudEvents;
using PaymentFlow.Testing.Hosting;

namespace PaymentFlow.Benchmarks.World;

/// <summary>Writes events of finished payments into the outbox or into Kafka, for modes that start there.</summary>
static class PaymentSeeds
{
    const int Version = 3;

    /// <summary>Writes rows into PaymentApi's outbox in one commit. PaymentApi's sweep publishes them.</summary>
    public static async Task SeedOutboxAsync(NpgsqlDataSource paymentsDb, OrderBatch orders)
    {
        await using var command = paymentsDb.CreateCommand($$"""
            INSERT INTO outbox (event_id, topic, key, type, source, time, data, leased_until)
            SELECT gen_random_uuid(), '{{Topics.Payments}}', {{orders.IdSql}}::text, '{{EventTypes.PaymentSucceeded}}', '/payment-api',
                clock_timestamp(),
                convert_to('{"paymentId":"' || gen_random_uuid() || '","orderId":"' || {{orders.IdSql}}
                    || '","reference":null,"paymentVersion":{{Version}},'
                    || '"status":"succeeded","amount":{{AppTarget.Amount}},"amountRefunded":0,"currency":"usd"}', 'UTF8'), '-infinity'
            FROM {{orders.SeriesSql}}
            """);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Produces the events directly to Kafka in the relay's format; returns when Kafka has stored all of them.</summary>
    public static Task ProduceAsync(string kafka, OrderBatch orders) => ProduceAsync(kafka, orders, [.. Enumerable.Range(0, orders.Count)]);

    /// <summary>The same for some of the orders. An order that has a payment refuses the event of another one.</summary>
    public static Task ProduceAsync(string kafka, OrderBatch orders, IReadOnlyList<int> unpaid) =>
        ProduceAsync(kafka, Topics.Payments, unpaid.Count, i => KafkaBinding.ToMessage(Topics.Payments, EventOf(new PaymentEvent(
            Guid.CreateVersion7(), orders.IdOf(unpaid[i]), null, Version, PaymentStatuses.Succeeded, AppTarget.Amount, 0, "usd")),
            traceParent: null, SigningKeys.Both));

    /// <summary>Produces the events in the twin's format.</summary>
    public static Task ProduceForTwinAsync(string kafka, OrderBatch orders) =>
        ProduceAsync(kafka, WorldBroker.TwinTopic, orders.Count, i =>
        {
            var now = TimeProvider.System.GetUtcNow();
            return new Message<string, byte[]>
            {
                Key = orders.IdOf(i).ToString(),
                Value = new TwinEvent(orders.IdOf(i), now, now).ToBytes(),
            };
        });

    static CloudEvent EventOf(PaymentEvent payment) => new(
        payment.EventId, EventTypes.PaymentSucceeded, "/payment-api", TimeProvider.System.GetUtcNow(), payment.OrderId.ToString(),
        JsonSerializer.SerializeToUtf8Bytes(payment, EventJson.Default.PaymentEvent), TraceParent: null);

    static Task ProduceAsync(string kafka, string topic, int count, Func<int, Message<string, byte[]>> messageOf) => Task.Run(() =>
    {
        using var producer = new ProducerBuilder<string, byte[]>(new ProducerConfig
        {
            // Large message batches (LingerMs): the in-process broker keeps at most 100,000 of them per partition.
            BootstrapServers = kafka,
            EnableIdempotence = true,
            Acks = Acks.All,
            LingerMs = 20,
            QueueBufferingMaxMessages = 200_000,
        }).Build();
        var failed = 0;
        for (var i = 0; i < count; i++)
        {
            while (true)
            {
                try
                {
                    producer.Produce(topic, messageOf(i), report => failed += report.Error.IsError ? 1 : 0);
                    break;
                }
                catch (ProduceException<string, byte[]> e) when (e.Error.Code == ErrorCode.Local_QueueFull)
                {
                    producer.Poll(TimeSpan.FromMilliseconds(10));
                }
            }
        }
        producer.Flush(TimeSpan.FromMinutes(2));
        if (failed > 0) throw new InvalidOperationException($"Kafka did not accept {failed} of {count} events.");
    });
}
