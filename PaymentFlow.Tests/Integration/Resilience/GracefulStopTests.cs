using System.Net;
using Confluent.Kafka;
using Npgsql;
using PaymentFlow.Messaging.Events;
using PaymentFlow.Tests.Fixtures;
using PaymentFlow.Tests.Integration.Payments;

namespace PaymentFlow.Tests.Integration.Resilience;

/// <summary>SIGTERM in the middle of work: what is begun is finished, and nothing is left for the next start to find.</summary>
[Collection(nameof(OutageApp))]
public sealed class GracefulStopTests(OutageApp app)
{
    [Fact]
    public async Task A_payment_in_flight_is_answered_and_published_before_payment_api_ends()
    {
        var customer = await Customer.OrdersAsync(app.App);
        // A test before this one may have left the way to OrderService closed for a moment.
        await Eventually.TrueAsync(async () => (await customer.PostAsync("/payments", $$"""{"orderId":"{{customer.OrderId}}"}""")).Status == HttpStatusCode.OK);
        Task<Answer> paying;
        using (app.Pause("stripe-sandbox"))
        {
            paying = customer.PayAsync();
            await app.ClaimedAsync(customer.OrderId);
            app.Terminate("payment-api");
            // No new work is taken.
            await Eventually.TrueAsync(async () => await Record.ExceptionAsync(() => customer.PayAsync()) is HttpRequestException);
        }

        var answer = await paying;
        Assert.Equal((HttpStatusCode.OK, "succeeded"), (answer.Status, answer["status"]));
        await app.OrderIsAsync("paid", customer.OrderId);
        await Eventually.TrueAsync(() => app.LogOfTheEnd("payment-api")?.Any(line => line.Contains("ended with exit code 0", StringComparison.Ordinal)) == true);
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
            // The batch is in hand: it waits for the row.
            await row.SomebodyWaitsAsync();
            app.Terminate("order-service");
            await Eventually.TrueAsync(() => app.LogOfTheEnd("order-service") is { } log
                && !log.Any(line => line.Contains("Application started", StringComparison.Ordinal)));
        }

        await Eventually.TrueAsync(() => app.App.ProcessIdOf("order-service") is null);
        // It is not started again before a second has passed, so this is what the one that ended has left.
        Assert.Equal(0, await UncommittedAsync());
        await app.OrderIsAsync("paid", customer.OrderId);
        await app.ReadyAsync("order-service");
    }

    /// <summary>How many messages of <c>payments</c> the group has not committed.</summary>
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
            return offsets.High.Value - (committed.Offset.IsSpecial ? offsets.Low.Value : committed.Offset.Value);
        });
    }

    /// <summary>Holds an order's row, so that whoever updates it waits.</summary>
    sealed class RowLock : IAsyncDisposable
    {
        readonly NpgsqlConnection _connection;

        RowLock(NpgsqlConnection connection) => _connection = connection;

        public static async Task<RowLock> TakeAsync(string ordersDb, Guid order)
        {
            NpgsqlConnection connection = new($"{ordersDb};Pooling=false");
            await connection.OpenAsync(TestContext.Current.CancellationToken);
            // Its end with the connection is its release.
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
