using Npgsql;

namespace PaymentFlow.Persistence.Database;

static class ConnectionPool
{
    /// <summary>
    /// Closes the idle connections now and the others when they are returned. Of several hosts, Npgsql looks for the primary again.
    /// </summary>
    public static void Renew(NpgsqlDataSource dataSource)
    {
        dataSource.Clear();
        (dataSource as NpgsqlMultiHostDataSource)?.ClearDatabaseStates();
    }
}
