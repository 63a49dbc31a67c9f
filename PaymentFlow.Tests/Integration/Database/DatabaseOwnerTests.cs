using Npgsql;
using PaymentFlow.AppHost;
using PaymentFlow.Tests.Fixtures;

namespace PaymentFlow.Tests.Integration.Database;

/// <summary>Each service signs in to Postgres as a role that owns its own database and nothing else.</summary>
public sealed class DatabaseOwnerTests(PaymentFlowApp app)
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("paymentsdb", "ordersdb")]
    [InlineData("ordersdb", "paymentsdb")]
    public async Task A_service_owns_its_database_and_cannot_reach_the_others(string own, string other)
    {
        NpgsqlConnectionStringBuilder address = new(await app.App.GetConnectionStringAsync(own)) { Pooling = false };

        Assert.Equal((own, true, 0L), await ReadAsync(address.ConnectionString, $"""
            SELECT current_user::text, NOT (rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls),
                (SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tableowner <> current_user)
            FROM pg_roles WHERE rolname = current_user
            """));
        address.Database = other;
        var refused = await Assert.ThrowsAsync<PostgresException>(() => ReadAsync(address.ConnectionString, "SELECT 1"));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
    }

    [Fact]
    public async Task A_database_of_the_administrator_is_handed_over_with_its_tables()
    {
        var name = $"handed_over_{Guid.CreateVersion7():N}";
        var server = await app.App.GetConnectionStringAsync("postgres");
        var address = $"{server};Database={name};Pooling=false";
        await ExecuteAsync(app.PaymentsDb, $"CREATE DATABASE {name}");
        try
        {
            await ExecuteAsync(address, """
                CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY, n serial, at timestamptz DEFAULT now());
                INSERT INTO orders DEFAULT VALUES
                """);

            // The next start of the app host does the same again.
            await DatabaseOwner.CreateAsync(server, name, "first", Token);
            await DatabaseOwner.CreateAsync(server, name, "second", Token);

            NpgsqlConnectionStringBuilder owner = new(address) { Username = name, Password = "second" };
            await ExecuteAsync(owner.ConnectionString, "INSERT INTO orders DEFAULT VALUES; ALTER TABLE orders ADD COLUMN more text");
            Assert.Equal((2L, name), await ReadAsync(owner.ConnectionString,
                "SELECT count(*), (SELECT tableowner::text FROM pg_tables WHERE tablename = 'orders') FROM orders"));
        }
        finally
        {
            await ExecuteAsync(app.PaymentsDb, $"DROP DATABASE {name} WITH (FORCE)");
            await ExecuteAsync(app.PaymentsDb, $"DROP ROLE IF EXISTS {name}");
        }
    }

    static async Task ExecuteAsync(string address, string sql)
    {
        await using var database = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(address) { Pooling = false });
        await using var command = database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Token);
    }

    /// <returns>The first row: a value, or a tuple of two or three.</returns>
    static async Task<object> ReadAsync(string address, string sql)
    {
        await using var database = NpgsqlDataSource.Create(address);
        await using var command = database.CreateCommand(sql);
        await using var row = await command.ExecuteReaderAsync(Token);
        await row.ReadAsync(Token);
        return row.FieldCount switch
        {
            1 => row.GetValue(0),
            2 => (row.GetInt64(0), row.GetString(1)),
            _ => (row.GetString(0), row.GetBoolean(1), row.GetInt64(2)),
        };
    }
}
