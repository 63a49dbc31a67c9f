using Npgsql;

namespace PaymentFlow.Benchmarks.World;

/// <summary>The server's work so far, in all databases.</summary>
/// <param name="Commits">Committed transactions, including read-only ones.</param>
/// <param name="WalBytes">Bytes written to the write-ahead log.</param>
readonly record struct PostgresWork(long Commits, long WalBytes)
{
    public static async Task<PostgresWork> SoFarAsync(NpgsqlDataSource database)
    {
        await using var command = database.CreateCommand("""
            SELECT sum(xact_commit)::bigint, (pg_current_wal_lsn() - '0/0'::pg_lsn)::bigint FROM pg_stat_database
            """);
        await using var row = await command.ExecuteReaderAsync();
        await row.ReadAsync();
        return new PostgresWork(row.GetInt64(0), row.GetInt64(1));
    }

    public static PostgresWork operator -(PostgresWork later, PostgresWork earlier) =>
        new(later.Commits - earlier.Commits, later.WalBytes - earlier.WalBytes);
}
