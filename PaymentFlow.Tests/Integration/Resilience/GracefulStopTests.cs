using System.Net;
using Confluent.Kafka;
using Npgsql;
using PaymentFlow.Contracts.Events;
using PaymentFlow.Tests.Fixtures;
using PaymentFlow.Tests.Integration.Payments;

namespace PaymentFlow.Tests.Integration.Resilience;

/// <summary>After SIGTERM a service finishes the work that it has begun and leaves none for the next start.</summary>
[Collection(nameof(OutageApp))]
public sealed class GracefulStopTests(OutageApp app)
{
    [Fact]
    public async Task A_payment_in_flight_is_answered_and_published_before_payment_api_ends()
    {
        var customer = await Customer.OrdersAsync(app.App);
        // An earlier test may have opened the circuit breaker for OrderService, which stays open for a moment.
        await Eventually.TrueAsync(async () =>
            (await customer.PostAsync("/payments", $$"""{"orderId":"{{customer.OrderId}}"}""")).Status == HttpStatusCode.OK);
        Task<Answer> paying;
        using (await app.PauseAsync("stripe-sandbox"))
        {
            paying = customer.PayAsync();
            await app.ClaimedAsync(customer.OrderId);
            app.Terminate("payment-api");
            // The service accepts no new requests.
            await Eventually.TrueAsync(async () => await Record.ExceptionAsync(() => customer.PayAsync()) is HttpRequestException);
        }

        var answer = await paying;
        Assert.Equal((HttpStatusCode.OK, "succeeded"), (answer.Status, answer["status"]));
        await app.OrderIsAsync("paid", customer.OrderId);
        await Eventually.TrueAsync(() =>
            app.LogOfTheEnd("payment-api")?.Any(line => line.Contains("ended with exit code 0", StringComparison.Ordinal)) == true);
        Assert.True(await app.QueryAsync<bool>("paymentsdb",
            "SELECT published_at IS NOT NULL FROM outbox WHERE key = $1 ORDER BY id DESC LIMIT 1", customer.OrderId.ToString()));
        await app.ReadyAsync("payment-api");
        Assert.DoesNotContain(app.LogOfTheEnd("payment-api")!, line => line.Contains("left behind", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_consumer_finishes_its_batch_and_commits_its_offsets_before_it_ends()
    {
        var customer = await Customer.OrdersAsync(app.App);
        await using (var row = await RowLock.TakeAsync(await app.App.GetConnectionStringAsync("ordersdb"), customer.OrderId))
        {
            Assert.Equal("succeeded", (await customer.PayAsync())["status"]);
            // The consumer is applying the batch and waits for the row's lock.
            await row.SomebodyWaitsAsync();
            app.Terminate("order-service");
            await Eventually.TrueAsync(() => app.LogOfTheEnd("order-service") is { } log
                && !log.Any(line => line.Contains("Application started", StringComparison.Ordinal)));
        }

        await Eventually.TrueAsync(() => app.App.ProcessIdOf("order-service") is null);
        // The app host waits a second before it restarts the service, so the offsets are still those of the stopped process.
        Assert.Equal(0, await UncommittedAsync());
        await app.OrderIsAsync("paid", customer.OrderId);
        await app.ReadyAsync("order-service");
    }

    /// <summary>The number of messages in <c>payments</c> that the group has not committed.</summary>
    async Task<long> UncommittedAsync()
    {
        using var consumer = new ConsumerBuilder<string, byte[]>(new ConsumerConfig
        {
            BootstrapServers = await app.App.GetConnectionStringAsync("kafka"),
            GroupId = "order-service",
            EnableAutoCommit = false,
        }).Build();
        using var admin = new DependentAdminClientBuilder(consumer.Handle).Build();
        var patience = TimeSpan.FromSeconds(10);
        var partitions = admin.GetMetadata(Topics.Payments, patience).Topics.Single().Partitions
            .Select(partition => new TopicPartition(Topics.Payments, partition.PartitionId)).ToList();
        return consumer.Committed(partitions, patience).Sum(committed =>
        {
            var offsets = consumer.QueryWatermarkOffsets(committed.TopicPartition, patience);
            // The committed offset is beyond the end when the broker has lost its messages.
            return Math.Max(0, offsets.High.Value - (committed.Offset.IsSpecial ? offsets.Low.Value : committed.Offset.Value));
        });
    }

    /// <summary>Locks an order's row, so that every update of the row waits.</summary>
    sealed class RowLock : IAsyncDisposable
    {
        readonly NpgsqlConnection _connection;

        RowLock(NpgsqlConnection connection) => _connection = connection;

        public static async Task<RowLock> TakeAsync(string ordersDb, Guid order)
        {
            NpgsqlConnection connection = new($"{ordersDb};Pooling=false");
            await connection.OpenAsync(TestContext.Current.CancellationToken);
            // The transaction ends with the connection, which releases the lock.
            await using NpgsqlCommand take = new($"BEGIN; SELECT FROM orders WHERE id = '{order}' FOR UPDATE", connection);
            await take.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
            return new RowLock(connection);
        }

        public Task SomebodyWaitsAsync() => Eventually.TrueAsync(async () =>
        {
            await using NpgsqlCommand waiting = new("SELECT count(*) FROM pg_locks WHERE NOT granted", _connection);
            return (long)(await waiting.ExecuteScalarAsync(TestContext.Current.CancellationToken))! > 0;
        });

        public ValueTask DisposeAsync() => _connection.DisposeAsync();
    }
}
