using CsCheck;
using Npgsql;
using PaymentFlow.Messaging.CloudEvents;
using PaymentFlow.Messaging.Consuming;
using PaymentFlow.Messaging.Database;
using PaymentFlow.Messaging.Events;
using PaymentFlow.OrderService.Payments;
using PaymentFlow.Tests.Fixtures;
using PaymentFlow.Tests.Unit.Model;

namespace PaymentFlow.Tests.Integration.Orders;

/// <summary>
/// The model's last property on the real thing: the statement that applies payments to orders, on Postgres, called by several
/// replicas at once with batches that are shuffled, repeated and overlapping.
/// </summary>
public sealed class OrderUpdateModelTests(PaymentFlowApp app)
{
    const int Iterations = 60;
    const int Orders = 3;
    const int Replicas = 3;
    const int MaxBatch = 6;

    static readonly Gen<(Happening, int)[]> Steps = Gen.Select(Gen.Enum<Happening>(), Gen.Int[0, 10_000]).Array[0, 25];

    [Fact]
    public async Task Orders_on_Postgres_end_as_the_model_however_replicas_apply_their_payments()
    {
        NpgsqlDataSourceBuilder source = new(app.OrdersDb);
        DatabaseDefaults.Apply(source);
        await using var database = source.Build();
        var store = new OrderUpdateStore(database);
        await Gen.Select(Steps.Array[Orders], Gen.Int).SampleAsync(async (stories, seed) =>
        {
            var histories = stories.Select(PaymentHistory.Of).ToList();
            foreach (var history in histories) await InsertAsync(database, history);

            // Each replica gets all of it, in its own order: at-least-once taken to its end.
            await Task.WhenAll(Enumerable.Range(0, Replicas).Select(replica =>
                ApplyAsync(store, [.. histories.SelectMany(history => history.Published)], new Random(seed + replica))));

            foreach (var history in histories) await AssertAsync(database, history);
        }, iter: Iterations, threads: 1);
    }

    /// <summary>As the consumer does: of a batch's events for one order only the newest is applied.</summary>
    static async Task ApplyAsync(OrderUpdateStore store, IReadOnlyList<PaymentEvent> published, Random random)
    {
        PaymentEvent[] deliveries = [.. published, .. published.Where(_ => random.Next(2) == 0)];
        random.Shuffle(deliveries);
        for (var at = 0; at < deliveries.Length;)
        {
            var size = random.Next(1, MaxBatch + 1);
            var changes = deliveries.Skip(at).Take(size).GroupBy(payment => payment.OrderId)
                .Select(order => OrderChange.From(Received(order.MaxBy(payment => payment.PaymentVersion)!), null)).ToList();
            await store.ApplyAsync(changes, DateTimeOffset.UnixEpoch, TestContext.Current.CancellationToken);
            at += size;
        }
    }

    static ReceivedEvent<PaymentEvent> Received(PaymentEvent payment) => new(
        new CloudEvent(payment.EventId, "payment", "/payment-api", DateTimeOffset.UnixEpoch, payment.OrderId.ToString(), [], null), payment);

    static async Task InsertAsync(NpgsqlDataSource database, PaymentHistory history)
    {
        await using var command = database.CreateCommand("""
            INSERT INTO orders (id, reference, secret_hash, amount, currency, items, created_at, updated_at, description)
            VALUES ($1, $2, $3, $4, $5, '[]', now(), now(), 'written past the API')
            """);
        foreach (var value in new object[]
        {
            history.Payment.OrderId, $"model-{history.Payment.OrderId}", new byte[32], history.Payment.Amount, history.Payment.Currency,
        }) command.Parameters.Add(new() { Value = value });
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    static async Task AssertAsync(NpgsqlDataSource database, PaymentHistory history)
    {
        await using var command = database.CreateCommand("""
            SELECT status, payment_version, amount_refunded,
                (SELECT array_agg(type ORDER BY id) FROM outbox WHERE key = o.id::text),
                (SELECT array_agg((convert_from(data, 'UTF8')::jsonb ->> 'version')::bigint ORDER BY id) FROM outbox WHERE key = o.id::text)
            FROM orders o WHERE id = $1
            """);
        command.Parameters.Add(new() { Value = history.Payment.OrderId });
        await using var row = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        Assert.True(await row.ReadAsync(TestContext.Current.CancellationToken));
        var status = row.GetString(0);

        var newest = history.Published.LastOrDefault();
        Assert.Equal(newest is null ? OrderStatuses.AwaitingPayment : OrderState.Of(newest.Status).Status, status);
        Assert.Equal(newest?.PaymentVersion ?? 0, row.GetInt64(1));
        Assert.Equal(history.Charges == 1, OrderState.Charged.Contains(status));
        Assert.Equal(history.RefundedAtStripe, row.GetInt64(2));

        // The world hears of rising versions only, and of a paid order at most once.
        string[] types = row.IsDBNull(3) ? [] : row.GetFieldValue<string[]>(3);
        long[] versions = row.IsDBNull(4) ? [] : row.GetFieldValue<long[]>(4);
        Assert.Equal(versions.Distinct().Order(), versions);
        Assert.True(types.Count(type => type == EventTypes.OrderPaid) <= history.Charges);
        Assert.Equal(types.Contains(EventTypes.OrderCanceled), history.CanceledAtStripe);
    }
}
