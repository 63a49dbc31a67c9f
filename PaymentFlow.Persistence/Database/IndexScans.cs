using Npgsql;

namespace PaymentFlow.Persistence.Database;

/// <summary>
/// For statements that find many rows of a growing table by their ids. Postgres keeps a plan until the table is analyzed again, and for a
/// nearly empty table it plans to read the whole table. See docs/decisions/0006-database-sessions.md.
/// </summary>
public static class IndexScans
{
    /// <summary>
    /// A command that makes the later commands of its transaction, or of its batch, use indexes. It returns a result of its own, which
    /// the reader must skip.
    /// </summary>
    public static NpgsqlBatchCommand Prefer() => new("SELECT set_config('enable_seqscan', 'off', true)");
}
