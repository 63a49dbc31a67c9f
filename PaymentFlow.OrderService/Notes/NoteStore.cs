using Npgsql;
using PaymentFlow.Persistence.Database;
using PaymentFlow.Persistence.Pruning;

namespace PaymentFlow.OrderService.Notes;

/// <summary>The table <c>order_notes</c>.</summary>
sealed class NoteStore(NpgsqlDataSource dataSource, TimeProvider time)
{
    /// <summary>As long as the history of an order, which people read for the same reason.</summary>
    static readonly TimeSpan Kept = TimeSpan.FromDays(730);

    const string PruningSql = """
        DELETE FROM order_notes WHERE id = ANY(ARRAY(
            SELECT id FROM order_notes WHERE id < $3 AND at < $1 ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED))
        """;

    public static void AddPruning(IHostApplicationBuilder builder) => builder.AddPruning("order_notes", Kept, PruningSql);

    /// <summary>The order's notes, newest first.</summary>
    /// <param name="after">The last id of the previous page.</param>
    public async Task<IReadOnlyList<OrderNote>> ListAsync(Guid orderId, Guid? after, int limit, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("""
            SELECT id, author, text, at FROM order_notes WHERE order_id = $1 AND ($2 IS NULL OR id < $2) ORDER BY id DESC LIMIT $3
            """).With(orderId).With(after).With(limit);
        return await command.ListAsync(
            row => new OrderNote(row.GetGuid(0), row.GetString(1), row.GetString(2), row.GetDateTime(3)), cancellationToken);
    }

    /// <exception cref="PostgresException">There is no such order.</exception>
    public async Task<OrderNote> AddAsync(Guid orderId, string author, string text, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        OrderNote note = new(Guid.CreateVersion7(now), author, text, now.UtcDateTime);
        await using var command = dataSource.CreateCommand(
            "INSERT INTO order_notes (id, order_id, author, text, at) VALUES ($1, $2, $3, $4, $5)")
            .With(note.Id).With(orderId).With(author).With(text).With(now);
        await command.ExecuteNonQueryAsync(cancellationToken);
        return note;
    }

    public async Task EraseAsync(Guid orderId, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("DELETE FROM order_notes WHERE order_id = $1").With(orderId);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
