using Npgsql;

namespace PaymentFlow.Persistence.RollUps;

/// <summary>For statements that add up rolled-up counts and the newest rows of the table that is rolled up.</summary>
public static class RolledUpCounts
{
    /// <summary>
    /// Finds the newest rows, which are few, by their indexes, whatever the size of the tables, and groups by hashing, because sorting the
    /// counts of a month would go to disk. For the later commands of the transaction, or of the batch. It returns a result of its own,
    /// which the reader must skip.
    /// </summary>
    public static NpgsqlBatchCommand Prefer() => new("""
        SELECT set_config('plan_cache_mode', 'force_generic_plan', true), set_config('enable_seqscan', 'off', true),
            set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true),
            set_config('enable_sort', 'off', true)
        """);
}
