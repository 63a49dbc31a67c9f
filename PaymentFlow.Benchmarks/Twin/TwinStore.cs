using Npgsql;
using NpgsqlTypes;

namespace PaymentFlow.Benchmarks.Twin;

/// <summary>The twin's statements. Ids are sorted, so that two batches cannot deadlock.</summary>
sealed class TwinStore(NpgsqlDataSource database)
{
    /// <summary>Writes a payment and its outbox row in one round trip and one transaction.</summary>
    /// <returns>The outbox row's id.</returns>
    public async Task<long> PayAsync(Guid orderId, DateTimeOffset at)
    {
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(new("INSERT INTO payments (id, order_id, amount, status) VALUES ($1, $2, 1800, 'succeeded')")
        {
            Parameters = { new() { Value = Guid.CreateVersion7() }, new() { Value = orderId } },
        });
        batch.BatchCommands.Add(new("INSERT INTO outbox (key, at) VALUES ($1, $2) RETURNING id")
        {
            Parameters = { new() { Value = orderId }, new() { Value = at } },
        });
        await using var reader = await batch.ExecuteReaderAsync();
        await reader.ReadAsync();
        return reader.GetInt64(0);
    }

    /// <summary>Writes many payments and their outbox rows in one transaction.</summary>
    /// <returns>The outbox rows' ids by order.</returns>
    public async Task<Dictionary<Guid, long>> PayAsync(IReadOnlyList<(Guid OrderId, DateTimeOffset At)> payments)
    {
        var orderIds = payments.Select(payment => payment.OrderId).ToArray();
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(new("""
            INSERT INTO payments (id, order_id, amount, status)
            SELECT id, order_id, 1800, 'succeeded' FROM unnest($1, $2) AS p (id, order_id)
            """)
        {
            Parameters = { new() { Value = orderIds.Select(_ => Guid.CreateVersion7()).ToArray() }, new() { Value = orderIds } },
        });
        batch.BatchCommands.Add(new("INSERT INTO outbox (key, at) SELECT key, at FROM unnest($1, $2) AS o (key, at) RETURNING id, key")
        {
            Parameters =
            {
                new() { Value = orderIds },
                new()
                {
                    Value = payments.Select(payment => payment.At.UtcDateTime).ToArray(),
                    NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz,
                },
            },
        });
        Dictionary<Guid, long> ids = new(payments.Count);
        await using var reader = await batch.ExecuteReaderAsync();
        while (await reader.ReadAsync()) ids[reader.GetGuid(1)] = reader.GetInt64(0);
        return ids;
    }

    public async Task<List<(long Id, TwinEvent Event)>> UnpublishedAsync(long after, int limit)
    {
        await using var command = database.CreateCommand(
            "SELECT id, key, at FROM outbox WHERE published_at IS NULL AND id > $1 ORDER BY id LIMIT $2");
        command.Parameters.Add(new() { Value = after });
        command.Parameters.Add(new() { Value = limit });
        List<(long, TwinEvent)> rows = [];
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            var at = reader.GetFieldValue<DateTimeOffset>(2);
            rows.Add((reader.GetInt64(0), new TwinEvent(reader.GetGuid(1), at, at)));
        }
        return rows;
    }

    public async Task MarkPublishedAsync(string outbox, IReadOnlyList<long> ids)
    {
        await using var command = database.CreateCommand($"UPDATE {outbox} SET published_at = now() WHERE id = ANY($1)");
        command.Parameters.Add(new() { Value = ids.Order().ToArray() });
        await command.ExecuteNonQueryAsync();
    }

    const string Apply = """
        UPDATE orders o SET status = 'paid', version = 2, updated_at = i.at
        FROM unnest($1, $2) AS i (id, at) WHERE o.id = i.id AND o.version < 2 RETURNING o.id
        """;

    /// <returns>The orders that became paid.</returns>
    public async Task<HashSet<Guid>> ApplyAsync(IReadOnlyList<TwinEvent> events)
    {
        HashSet<Guid> applied = new(events.Count);
        await using var command = ApplyCommand(Apply, events);
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync()) applied.Add(reader.GetGuid(0));
        return applied;
    }

    /// <summary>Applies events and writes a second outbox row per order in the same transaction.</summary>
    /// <returns>The ids in the second outbox, by order that became paid.</returns>
    public async Task<Dictionary<Guid, long>> ApplyWithEventsAsync(IReadOnlyList<TwinEvent> events)
    {
        Dictionary<Guid, long> applied = new(events.Count);
        await using var command = ApplyCommand(
            $"WITH paid AS ({Apply}) INSERT INTO second_outbox (key, at) SELECT id, now() FROM paid RETURNING key, id", events);
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync()) applied[reader.GetGuid(0)] = reader.GetInt64(1);
        return applied;
    }

    NpgsqlCommand ApplyCommand(string sql, IReadOnlyList<TwinEvent> events)
    {
        var sorted = events.OrderBy(item => item.OrderId).ToArray();
        var command = database.CreateCommand(sql);
        command.Parameters.Add(new() { Value = sorted.Select(item => item.OrderId).ToArray() });
        command.Parameters.Add(new()
        {
            Value = sorted.Select(item => item.At.UtcDateTime).ToArray(),
            NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz,
        });
        return command;
    }
}
