using System.Text;
using Npgsql;

namespace PaymentFlow.Benchmarks.World;

/// <summary>The app as a target of the load, used like its customers do.</summary>
/// <param name="prepared">
/// Whether the PaymentIntent is created before the payment, as the checkout page does while the customer reads.
/// </param>
sealed class AppTarget(BenchmarkWorld world, bool prepared = false) : ITarget
{
    public const int Amount = 1800;

    // Real ids contain the time, so those of new orders are higher than those of old orders. These are higher than the history's, too.
    static int _batches = 0x1000_0000;

    readonly Uri _pay = new(world.PaymentApi, "/process-payment");
    readonly Uri _prepare = new(world.PaymentApi, "/payments");

    long _webhooks;

    public string Name => "the app";

    public bool IsTwin => false;

    public BenchmarkWorld World => world;

    public Task<OrderBatch> SeedAsync(int count) => SeedOrdersAsync(world.OrdersDb, count);

    /// <summary>Writes unpaid orders like <c>POST /orders</c>, but without events.</summary>
    public static async Task<OrderBatch> SeedOrdersAsync(NpgsqlDataSource ordersDb, int count)
    {
        OrderBatch orders = new(Interlocked.Increment(ref _batches), count);
        await using var command = ordersDb.CreateCommand($$"""
            INSERT INTO orders (id, reference, secret_hash, amount, currency, items, created_at, updated_at)
            SELECT {{orders.IdSql}}, 'B{{orders.Number:x}}-' || i, sha256(convert_to({{orders.SecretSql}}, 'UTF8')), {{Amount}}, 'usd',
                '[{"productId":"mug","name":"Stoneware mug","quantity":1,"unitAmount":{{Amount}}}]', now(), now()
            FROM {{orders.SeriesSql}}
            """);
        await command.ExecuteNonQueryAsync();
        return orders;
    }

    public Task PrepareAsync(OrderBatch orders, int order) => prepared
        ? LoadClient.PostAsync(_prepare, Encoding.UTF8.GetBytes($$"""{"orderId":"{{orders.IdOf(order)}}"}"""), orders.SecretOf(order))
        : Task.CompletedTask;

    public async Task PayAsync(OrderBatch orders, int order)
    {
        var body = Encoding.UTF8.GetBytes($$"""{"orderId":"{{orders.IdOf(order)}}","paymentMethod":"pm_card_visa"}""");
        var answer = await LoadClient.PostAsync(_pay, body, orders.SecretOf(order));
        if (answer.AsSpan().IndexOf("\"succeeded\""u8) < 0)
            throw new InvalidOperationException($"Not paid: {Encoding.UTF8.GetString(answer)}");
    }

    public Task<Screen> OpenAsync(OrderBatch orders, int order) => OpenAsync(orders, order, null);

    public Task<Screen> OpenAsync(OrderBatch orders, int order, HttpMessageInvoker? invoker) =>
        Screen.OpenAsync(new Uri(world.OrderService, $"/orders/{orders.IdOf(order)}/live"), orders.SecretOf(order), invoker);

    public Task<long> PaidAsync(OrderBatch orders) => PaidAsync(world.OrdersDb, orders);

    public static async Task<long> PaidAsync(NpgsqlDataSource ordersDb, OrderBatch orders)
    {
        await using var command = ordersDb.CreateCommand("SELECT count(*) FROM orders WHERE id BETWEEN $1 AND $2 AND status = 'paid'");
        command.Parameters.Add(new() { Value = orders.Range.First });
        command.Parameters.Add(new() { Value = orders.Range.Last });
        return (long)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>
    /// The number of webhooks that are not applied, webhooks that have arrived since the last call (others may follow) and events that are
    /// not published. The delivery check, half a minute later, is not included.
    /// </summary>
    public async Task<long> LeftToDoAsync() =>
        await ArrivedAsync()
        + await CountAsync(world.PaymentsDb, """
            SELECT (SELECT count(*) FROM stripe_events WHERE processed_at IS NULL)
                + (SELECT count(*) FROM outbox WHERE published_at IS NULL)
            """)
        + await CountAsync(world.OrdersDb, "SELECT count(*) FROM outbox WHERE published_at IS NULL");

    async Task<long> ArrivedAsync()
    {
        var webhooks = await CountAsync(world.PaymentsDb, "SELECT count(*) FROM stripe_events");
        return webhooks - Interlocked.Exchange(ref _webhooks, webhooks);
    }

    static async Task<long> CountAsync(NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    public IReadOnlyDictionary<string, int> Processes() => world.Processes();
}
