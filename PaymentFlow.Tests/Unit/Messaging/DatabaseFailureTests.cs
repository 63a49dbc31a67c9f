using System.Text.Json;
using Npgsql;
using PaymentFlow.Persistence.Consuming;
using PaymentFlow.Persistence.Database;

namespace PaymentFlow.Tests.Unit.Messaging;

/// <summary>How SQLSTATEs are classified. Source: PostgreSQL's documentation, appendix A (error codes).</summary>
public sealed class DatabaseFailureTests
{
    [Theory]
    [InlineData("57P01")] // an administrator or a shutdown ended the connection
    [InlineData("57P02")] // another backend crashed
    [InlineData("57P03")] // starting up or shutting down
    [InlineData("57P05")] // idle for too long
    [InlineData("3D000")] // the database is being created
    [InlineData("08006")]
    [InlineData("40P01")]
    [InlineData("53300")]
    [InlineData("08P01")] // a pooler that lost its server
    [InlineData("25006")] // a standby that is being promoted
    public void Errors_of_a_restarting_Postgres_mean_that_it_is_away(string sqlState)
    {
        var failure = new PostgresException("x", "FATAL", "FATAL", sqlState);

        Assert.True(DatabaseFailure.IsAway(failure));
        Assert.True(DatabaseFailure.IsAway(new InvalidOperationException("wrapped", failure)));
        Assert.False(DatabaseFailure.IsInTheData(failure));
    }

    [Theory]
    [InlineData("23505")]
    [InlineData("22003")]
    public void Errors_in_the_data_do_not_mean_that_Postgres_is_away(string sqlState)
    {
        var failure = new PostgresException("x", "ERROR", "ERROR", sqlState);

        Assert.False(DatabaseFailure.IsAway(failure));
        Assert.True(DatabaseFailure.IsInTheData(failure));
        Assert.True(EventFailure.IsInTheEvent(failure));
        Assert.False(DatabaseFailure.IsFailOver(failure));
    }

    [Theory]
    [InlineData("25006", true)]
    [InlineData("57P01", true)]
    [InlineData("57P02", true)]
    [InlineData("57P03", true)]
    [InlineData("08006", true)]
    [InlineData("57014", false)] // a statement time-out
    [InlineData("40P01", false)] // a deadlock
    public void After_errors_of_a_fail_over_connections_are_renewed(string sqlState, bool expected) =>
        Assert.Equal(expected, DatabaseFailure.IsFailOver(new PostgresException("x", "ERROR", "ERROR", sqlState)));

    public static TheoryData<Exception, bool> Failures => new()
    {
        { new EventRejectedException("x"), true },
        { new FormatException(), true },
        { new JsonException(), true },
        { new KeyNotFoundException(), false },
        { new InvalidOperationException(), false },
        { new InvalidCastException(), false },
        { new InvalidOperationException("wrapped", new FormatException()), false },
        { new PostgresException("no such column", "ERROR", "ERROR", "42703"), false },
        { new NpgsqlException(), false },
        { new OperationCanceledException(), false },
    };

    [Theory]
    [MemberData(nameof(Failures), DisableDiscoveryEnumeration = true)]
    public void Only_what_is_listed_is_the_fault_of_an_event(Exception failure, bool expected) =>
        Assert.Equal(expected, EventFailure.IsInTheEvent(failure));
}
