using System.Text.Json;
using Confluent.Kafka;
using Npgsql;
using PaymentFlow.Contracts.Events;
using PaymentFlow.Messaging.CloudEvents;

namespace PaymentFlow.Tests.Integration.Resilience;

/// <summary>Adds events to PaymentApi's outbox that Kafka acknowledged and lost.</summary>
public sealed class LostEvents(string paymentsDb, string kafka) : IAsyncDisposable
{
    readonly NpgsqlDataSource _database = NpgsqlDataSource.Create(paymentsDb);

    /// <summary>Adds rows that were published a minute ago.</summary>
    public Task AddAsync(params PaymentEvent[] payments) => AddAsync(_database, TimeProvider.System.GetUtcNow().AddMinutes(-1), payments);

    public static async Task AddAsync(NpgsqlDataSource database, DateTimeOffset publishedAt, params PaymentEvent[] payments)
    {
        await using var batch = database.CreateBatch();
        foreach (var payment in payments)
        {
            batch.BatchCommands.Add(new("""
                INSERT INTO outbox (event_id, topic, key, type, source, time, data, created_at, published_at)
                VALUES ($1, 'payments', $2, 'payment.succeeded', '/payment-api', $4, $3, $4, $4)
                """)
            {
                Parameters =
                {
                    new() { Value = payment.EventId },
                    new() { Value = payment.OrderId.ToString() },
                    new() { Value = JsonSerializer.SerializeToUtf8Bytes(payment, EventJson.Default.PaymentEvent) },
                    new() { Value = publishedAt.UtcDateTime },
                },
            });
        }
        await batch.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Whether the event is known to be applied, and the number of checks that did not find it applied.</summary>
    public async Task<(bool Applied, int Checks)> StateAsync(PaymentEvent payment)
    {
        await using var command = _database.CreateCommand("SELECT applied_at IS NOT NULL, checks FROM outbox WHERE event_id = $1");
        command.Parameters.Add(new() { Value = payment.EventId });
        await using var row = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        Assert.True(await row.ReadAsync(TestContext.Current.CancellationToken));
        return (row.GetBoolean(0), row.GetInt16(1));
    }

    /// <summary>The order of the event, and how often the event was published again; null if it was not.</summary>
    public async Task<(Guid Order, int Times)?> RepublishedAsync(PaymentEvent payment)
    {
        await using var command = _database.CreateCommand("SELECT order_id, times FROM republished_events WHERE event_id = $1");
        command.Parameters.Add(new() { Value = payment.EventId });
        await using var row = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        return await row.ReadAsync(TestContext.Current.CancellationToken) ? (row.GetGuid(0), row.GetInt32(1)) : null;
    }

    /// <summary>For each event the times at which it was published, as far as Kafka still holds it.</summary>
    public IReadOnlyDictionary<Guid, List<DateTime>> InKafka(params PaymentEvent[] payments)
    {
        var times = payments.ToDictionary(payment => payment.EventId, _ => new List<DateTime>());
        using var consumer = new ConsumerBuilder<string, byte[]>(new ConsumerConfig
        {
            BootstrapServers = kafka,
            GroupId = "test",
            EnableAutoCommit = false,
            EnablePartitionEof = true,
            FetchWaitMaxMs = 5,
        }).Build();
        using var admin = new DependentAdminClientBuilder(consumer.Handle).Build();
        var partitions = admin.GetMetadata(Topics.Payments, TimeSpan.FromSeconds(10)).Topics.Single().Partitions;
        consumer.Assign(partitions.Select(partition => new TopicPartitionOffset(Topics.Payments, partition.PartitionId, Offset.Beginning)));
        for (var ended = 0; ended < partitions.Count;)
        {
            var result = consumer.Consume(TestContext.Current.CancellationToken);
            if (result.IsPartitionEOF) ended++;
            else if (TryRead(result.Message) is { } id && times.TryGetValue(id, out var published))
                published.Add(result.Message.Timestamp.UtcDateTime);
        }
        consumer.Close();
        return times;
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    static Guid? TryRead(Message<string, byte[]> message)
    {
        try
        {
            return KafkaBinding.Read(message).Id;
        }
        catch (FormatException)
        {
            // Other tests publish malformed messages.
            return null;
        }
    }
}
