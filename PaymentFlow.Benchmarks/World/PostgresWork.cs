using Npgsql;

namespace PaymentFlow.Benchmarks.World;

/// <summary>What the server has done so far, for all databases.</summary>
/// <param name="Commits">Transactions; those that only read are among them.</param>
/// <param name="WalBytes">Written ahead.</param>
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
