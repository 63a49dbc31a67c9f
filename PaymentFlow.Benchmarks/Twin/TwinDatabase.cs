using Npgsql;
using PaymentFlow.Benchmarks.World;

namespace PaymentFlow.Benchmarks.Twin;

/// <summary>The twin's tables, in a separate database on the app's server.</summary>
static class TwinDatabase
{
    const string Tables = """
        CREATE TABLE IF NOT EXISTS payments (
            id uuid PRIMARY KEY, order_id uuid NOT NULL UNIQUE, amount bigint NOT NULL, status text NOT NULL,
            created_at timestamptz NOT NULL DEFAULT now());
        CREATE TABLE IF NOT EXISTS outbox (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, key uuid NOT NULL, at timestamptz NOT NULL, published_at timestamptz);
        CREATE INDEX IF NOT EXISTS outbox_unpublished ON outbox (id) WHERE published_at IS NULL;
        CREATE TABLE IF NOT EXISTS second_outbox (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, key uuid NOT NULL, at timestamptz NOT NULL, published_at timestamptz);
        CREATE INDEX IF NOT EXISTS second_outbox_unpublished ON second_outbox (id) WHERE published_at IS NULL;
        CREATE TABLE IF NOT EXISTS orders (
            id uuid PRIMARY KEY, amount bigint NOT NULL, status text NOT NULL DEFAULT 'awaiting_payment',
            version bigint NOT NULL DEFAULT 1, updated_at timestamptz);
        """;

    static int _batches;

    public static async Task CreateIfAbsentAsync(NpgsqlDataSource database)
    {
        await using var command = database.CreateCommand(Tables);
        await command.ExecuteNonQueryAsync();
    }

    public static async Task<OrderBatch> SeedOrdersAsync(NpgsqlDataSource database, int count)
    {
        OrderBatch orders = new(Interlocked.Increment(ref _batches), count);
        await using var command = database.CreateCommand(
            $"INSERT INTO orders (id, amount) SELECT {orders.IdSql}, 1800 FROM {orders.SeriesSql}");
        await command.ExecuteNonQueryAsync();
        return orders;
    }

    /// <summary>Writes outbox rows for payments of these orders, committed and not yet published.</summary>
    public static async Task SeedOutboxAsync(NpgsqlDataSource database, OrderBatch orders)
    {
        await using var command = database.CreateCommand(
            $"INSERT INTO outbox (key, at) SELECT {orders.IdSql}, clock_timestamp() FROM {orders.SeriesSql}");
        await command.ExecuteNonQueryAsync();
    }

    public static Task<long> PaidAsync(NpgsqlDataSource database, OrderBatch orders) => AppTarget.PaidAsync(database, orders);
}
