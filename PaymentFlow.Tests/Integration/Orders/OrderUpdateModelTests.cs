using CsCheck;
using Npgsql;
using PaymentFlow.Contracts.Events;
using PaymentFlow.Messaging.CloudEvents;
using PaymentFlow.OrderService.Payments;
using PaymentFlow.Persistence.Consuming;
using PaymentFlow.Persistence.Database;
using PaymentFlow.Tests.Fixtures;
using PaymentFlow.Tests.Unit.Model;

namespace PaymentFlow.Tests.Integration.Orders;

/// <summary>
/// Tests the statement that applies payments to orders on Postgres, with the property that StateMachineTests checks for its model.
/// Several replicas call the statement at the same time with shuffled, repeated and overlapping batches.
/// </summary>
public sealed class OrderUpdateModelTests(PaymentFlowApp app)
{
    const int Iterations = 60;
    const int Orders = 3;
    const int Replicas = 3;
    const int MaxBatch = 6;

    static readonly Gen<(Happening, int)[]> Steps = Gen.Select(Gen.Enum<Happening>(), Gen.Int[0, 10_000]).Array[0, 25];

    [Fact]
    public async Task Orders_on_Postgres_end_in_the_models_state_when_replicas_apply_payments_concurrently()
    {
        NpgsqlDataSourceBuilder source = new(app.OrdersDb);
        DatabaseDefaults.Apply(source);
        await using var database = source.Build();
        var store = new OrderUpdateStore(database);
        await Gen.Select(Steps.Array[Orders], Gen.Int).SampleAsync(async (stories, seed) =>
        {
            var histories = stories.Select(PaymentHistory.Of).ToList();
            foreach (var history in histories) await InsertAsync(database, history);

            // Each replica gets all events in its own order, which is the extreme case of at-least-once delivery.
            await Task.WhenAll(Enumerable.Range(0, Replicas).Select(replica =>
                ApplyAsync(store, [.. histories.SelectMany(history => history.Published)], new Random(seed + replica))));

            foreach (var history in histories) await AssertAsync(database, history);
        }, iter: Iterations, threads: 1);
    }

    /// <summary>Applies only the newest event per order of each batch, as the consumer does.</summary>
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
        new CloudEvent(payment.EventId, "payment", "/payment-api", DateTimeOffset.UnixEpoch, payment.OrderId.ToString(), [], null),
        payment);

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

        // The outbox holds rising versions only, and at most one order.paid per order.
        string[] types = row.IsDBNull(3) ? [] : row.GetFieldValue<string[]>(3);
        long[] versions = row.IsDBNull(4) ? [] : row.GetFieldValue<long[]>(4);
        Assert.Equal(versions.Distinct().Order(), versions);
        Assert.True(types.Count(type => type == EventTypes.OrderPaid) <= history.Charges);
        Assert.Equal(types.Contains(EventTypes.OrderCanceled), history.CanceledAtStripe);
    }
}
