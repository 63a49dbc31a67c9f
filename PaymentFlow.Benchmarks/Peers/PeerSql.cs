using Npgsql;
using PaymentFlow.Benchmarks.World;

namespace PaymentFlow.Benchmarks.Peers;

/// <summary>Questions about a batch of orders, whose ids are <c>$1</c> to <c>$2</c>.</summary>
static class PeerSql
{
    public const string PaidBetween = "SELECT min(updated_at), max(updated_at) FROM orders WHERE id BETWEEN $1 AND $2 AND status = 'paid'";
    public const string PaidAfter = "SELECT count(*) FROM orders WHERE id BETWEEN $1 AND $2 AND status = 'paid' AND updated_at > $3";

    public static async Task<long> CountAsync(NpgsqlDataSource database, string sql, OrderBatch orders, DateTimeOffset? time = null)
    {
        await using var command = Command(database, sql, orders);
        if (time is { } value) command.Parameters.Add(new() { Value = value.UtcDateTime });
        return Convert.ToInt64(await command.ExecuteScalarAsync(), System.Globalization.CultureInfo.InvariantCulture);
    }

    public static async Task<(DateTimeOffset First, DateTimeOffset Last)> TimesAsync(
        NpgsqlDataSource database, string sql, OrderBatch orders)
    {
        await using var command = Command(database, sql, orders);
        await using var row = await command.ExecuteReaderAsync();
        await row.ReadAsync();
        return (row.GetFieldValue<DateTimeOffset>(0), row.GetFieldValue<DateTimeOffset>(1));
    }

    static NpgsqlCommand Command(NpgsqlDataSource database, string sql, OrderBatch orders)
    {
        var command = database.CreateCommand(sql);
        command.Parameters.Add(new() { Value = orders.Range.First });
        command.Parameters.Add(new() { Value = orders.Range.Last });
        return command;
    }
}
