using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging;
using Npgsql;
using PaymentFlow.Persistence.Database;
using PaymentFlow.Tests.Fixtures;

namespace PaymentFlow.Tests.Unit.Messaging;

/// <summary>Connections to Postgres that outside Development deserve a warning, because they do not verify the server.</summary>
public sealed class ServerIdentityTests
{
    [Theory]
    [InlineData("Host=db.example;SSL Mode=VerifyFull", true)]
    [InlineData("Host=db.example", false)]
    [InlineData("Host=db.example;SSL Mode=Require", false)]
    [InlineData("Host=db.example;SSL Mode=VerifyCA", false)]
    [InlineData("Host=10.0.0.4", false)]
    [InlineData("Host=localhost", true)]
    [InlineData("Host=127.0.0.1", true)]
    [InlineData("Host=::1", true)]
    [InlineData("Host=/var/run/postgresql", true)]
    [InlineData("Host=127.0.0.1,db.example", false)]
    [InlineData("Host=127.0.0.1:5432,localhost", true)]
    public void Only_a_verified_server_or_this_machine_is_trusted(string connection, bool trusted) =>
        Assert.Equal(trusted, ServerIdentity.IsVerified(new NpgsqlConnectionStringBuilder(connection)));

    [Theory]
    [InlineData("Production", "Host=db.example;Username=shop;Password=hidden", 1)]
    [InlineData("Production", "Host=db.example;SSL Mode=VerifyFull", 0)]
    [InlineData("Development", "Host=db.example", 0)]
    public async Task A_start_outside_Development_warns_in_one_line(string environment, string connection, int warnings)
    {
        using LogLines log = new();
        using var loggers = LoggerFactory.Create(logging => logging.AddProvider(log));
        await using var database = NpgsqlDataSource.Create(connection);
        ServerIdentity identity = new(
            database, new HostingEnvironment { EnvironmentName = environment }, loggers.CreateLogger<ServerIdentity>());

        await identity.StartAsync(TestContext.Current.CancellationToken);

        Assert.Equal(warnings, log.Count);
        Assert.All(log, line => Assert.StartsWith(
            "Warning The connection to Postgres at db.example does not verify the server, because SSL Mode is Prefer: ", line,
            StringComparison.Ordinal));
        Assert.DoesNotContain(log, line => line.Contains("hidden", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Host=db.example", "VerifyFull", SslMode.VerifyFull)]
    [InlineData("Host=db.example", "verifyFULL", SslMode.VerifyFull)]
    [InlineData("Host=db.example;SSL Mode=Disable", "VerifyFull", SslMode.Disable)]
    [InlineData("Host=db.example", "", SslMode.Prefer)]
    public void The_setting_holds_for_connection_strings_without_an_SSL_mode(string connection, string setting, SslMode mode)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([KeyValuePair.Create("Postgres:SslMode", (string?)setting)]).Build();

        Assert.Equal(mode, ServerIdentity.Apply(new NpgsqlConnectionStringBuilder(connection), configuration).SslMode);
    }
}
