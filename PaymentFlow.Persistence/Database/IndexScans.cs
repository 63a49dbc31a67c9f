using Npgsql;

namespace PaymentFlow.Persistence.Database;

/// <summary>
/// For statements on a table that grows. Postgres keeps a plan until the table is analyzed again, and for a nearly empty table it plans to
/// read the whole table. Each method makes a command for the later commands of its transaction, or of its batch. It returns a result of
/// its own, which the reader must skip. See docs/decisions/0006-database-sessions.md.
/// </summary>
public static class IndexScans
{
    /// <summary>Reads tables by their indexes.</summary>
    public static NpgsqlBatchCommand Prefer() => new("SELECT set_config('enable_seqscan', 'off', true)");

    /// <summary>
    /// Plans each execution for its values, and reads tables by their indexes. For a search with optional filters: the conditions of absent
    /// filters, such as <c>@status IS NULL OR …</c>, are dropped, and partial indexes can be used. Compiling a plan (JIT) would take longer
    /// than such a search.
    /// </summary>
    public static NpgsqlBatchCommand PreferForValues() => new("""
        SELECT set_config('plan_cache_mode', 'force_custom_plan', true), set_config('enable_seqscan', 'off', true),
            set_config('jit', 'off', true)
        """);

    /// <summary>
    /// Finds rows by arrays of ids: one look-up in the index for each id. One plan serves all executions. Otherwise Postgres, which does
    /// not know the arrays' lengths beforehand, plans each execution anew, and that takes as long as the execution.
    /// </summary>
    public static NpgsqlBatchCommand PreferByIds() => new("""
        SELECT set_config('plan_cache_mode', 'force_generic_plan', true), set_config('enable_seqscan', 'off', true),
            set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true)
        """);
}
