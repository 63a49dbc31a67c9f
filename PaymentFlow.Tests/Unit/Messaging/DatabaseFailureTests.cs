using Npgsql;
using PaymentFlow.Messaging.Database;

namespace PaymentFlow.Tests.Unit.Messaging;

/// <summary>SQLSTATEs: PostgreSQL's appendix A.</summary>
public sealed class DatabaseFailureTests
{
    [Theory]
    [InlineData("57P01")] // an administrator, or a shutdown, ended the connection
    [InlineData("57P02")] // another backend crashed
    [InlineData("57P03")] // starting up or shutting down
    [InlineData("57P05")] // idle for too long
    [InlineData("3D000")] // the database is being created
    [InlineData("08006")]
    [InlineData("40P01")]
    [InlineData("53300")]
    [InlineData("25006")] // a stand-by that is being promoted
    public void What_a_restart_of_Postgres_says_is_waited_for(string sqlState)
    {
        var failure = new PostgresException("x", "FATAL", "FATAL", sqlState);

        Assert.True(DatabaseFailure.IsAway(failure));
        Assert.True(DatabaseFailure.IsAway(new InvalidOperationException("wrapped", failure)));
        Assert.False(DatabaseFailure.IsInTheData(failure));
    }

    [Theory]
    [InlineData("23505")]
    [InlineData("22003")]
    public void What_Postgres_refuses_for_the_data_is_not(string sqlState)
    {
        var failure = new PostgresException("x", "ERROR", "ERROR", sqlState);

        Assert.False(DatabaseFailure.IsAway(failure));
        Assert.True(DatabaseFailure.IsInTheData(failure));
    }
}
