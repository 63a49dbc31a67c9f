using System.Text.Json;
using Confluent.Kafka;
using Npgsql;
using PaymentFlow.Benchmarks.Twin;
using PaymentFlow.Messaging.CloudEvents;
using PaymentFlow.Messaging.Events;

namespace PaymentFlow.Benchmarks.World;

/// <summary>Payments that are made already, as far as the rest of the way needs them: where the way begins in the outbox, or in Kafka.</summary>
static class PaymentSeeds
{
    const int Version = 3;

    /// <summary>Rows of PaymentApi's outbox that wait for its sweep, all committed at once.</summary>
    /// <returns>The id of the outbox's last row before them.</returns>
    public static async Task<long> SeedOutboxAsync(NpgsqlDataSource paymentsDb, OrderBatch orders)
    {
        await using var before = paymentsDb.CreateCommand("SELECT coalesce(max(id), 0) FROM outbox");
        var last = (long)(await before.ExecuteScalarAsync())!;
        await using var command = paymentsDb.CreateCommand($$"""
            INSERT INTO outbox (event_id, topic, key, type, source, time, data, leased_until)
            SELECT gen_random_uuid(), '{{Topics.Payments}}', {{orders.IdSql}}::text, '{{EventTypes.PaymentSucceeded}}', '/payment-api', clock_timestamp(),
                convert_to('{"paymentId":"' || gen_random_uuid() || '","orderId":"' || {{orders.IdSql}} || '","reference":null,"paymentVersion":{{Version}},'
                    || '"status":"succeeded","amount":{{AppTarget.Amount}},"amountRefunded":0,"currency":"usd"}', 'UTF8'), '-infinity'
            FROM {{orders.SeriesSql}}
            """);
        await command.ExecuteNonQueryAsync();
        return last;
    }

    /// <summary>Puts the events straight into Kafka, as PaymentApi's relay writes them; returns when Kafka has them all.</summary>
    public static Task ProduceAsync(string kafka, OrderBatch orders) => ProduceAsync(kafka, Topics.Payments, orders.Count, i => KafkaBinding.ToMessage(
        EventOf(new PaymentEvent(Guid.CreateVersion7(), orders.IdOf(i), null, Version, PaymentStatuses.Succeeded, AppTarget.Amount, 0, "usd")), traceParent: null));

    /// <summary>The same for the twin.</summary>
    public static Task ProduceForTwinAsync(string kafka, OrderBatch orders) => ProduceAsync(kafka, BenchmarkWorld.TwinTopic, orders.Count, i =>
    {
        var now = TimeProvider.System.GetUtcNow();
        return new Message<string, byte[]> { Key = orders.IdOf(i).ToString(), Value = new TwinEvent(orders.IdOf(i), now, now).ToBytes() };
    });

    static CloudEvent EventOf(PaymentEvent payment) => new(payment.EventId, EventTypes.PaymentSucceeded, "/payment-api", TimeProvider.System.GetUtcNow(),
        payment.OrderId.ToString(), JsonSerializer.SerializeToUtf8Bytes(payment, EventJson.Default.PaymentEvent), TraceParent: null);

    static Task ProduceAsync(string kafka, string topic, int count, Func<int, Message<string, byte[]>> messageOf) => Task.Run(() =>
    {
        using var producer = new ProducerBuilder<string, byte[]>(new ProducerConfig
        {
            // Large batches: the in-process broker keeps no more than 100,000 of them a partition.
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
        if (failed > 0) throw new InvalidOperationException($"Kafka did not take {failed} of {count} events.");
    });
}
