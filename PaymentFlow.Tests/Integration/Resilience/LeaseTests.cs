using Npgsql;
using PaymentFlow.Persistence.Leases;
using PaymentFlow.Tests.Fixtures;

namespace PaymentFlow.Tests.Integration.Resilience;

public sealed class LeaseTests(PaymentFlowApp app) : IAsyncLifetime
{
    static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    readonly string _name = $"test {Guid.CreateVersion7()}";
    readonly NpgsqlDataSource _database = NpgsqlDataSource.Create(app.PaymentsDb);

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_replica_at_a_time_holds_a_lease_until_it_releases_it()
    {
        Lease first = new(_database, _name), second = new(_database, _name);

        Assert.True(await first.TryTakeAsync(Hour, Token));
        var taken = await TakenAtAsync();
        Assert.False(await second.TryTakeAsync(Hour, Token));
        Assert.True(await first.TryTakeAsync(Hour, Token));
        Assert.Equal(taken, await TakenAtAsync());
        // Only the holder can release it.
        await second.ReleaseAsync(Token);
        Assert.False(await second.TryTakeAsync(Hour, Token));

        await first.ReleaseAsync(Token);
        Assert.True(await second.TryTakeAsync(Hour, Token));
        Assert.False(await first.TryTakeAsync(Hour, Token));
        Assert.NotEqual(taken, await TakenAtAsync());
    }

    [Fact]
    public async Task Another_replica_takes_over_when_the_time_is_up()
    {
        Lease first = new(_database, _name), second = new(_database, _name);
        Assert.True(await first.TryTakeAsync(TimeSpan.FromMilliseconds(1), Token));

        await Eventually.TrueAsync(() => second.TryTakeAsync(Hour, Token));

        Assert.False(await first.TryTakeAsync(Hour, Token));
    }

    [Fact]
    public async Task Of_many_replicas_that_try_at_once_one_succeeds()
    {
        var tries = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => new Lease(_database, _name).TryTakeAsync(Hour, Token)));
        Assert.Single(tries, taken => taken);
    }

    [Fact]
    public async Task Leases_of_different_names_are_independent()
    {
        Assert.True(await new Lease(_database, _name).TryTakeAsync(Hour, Token));
        Assert.True(await new Lease(_database, $"{_name} too").TryTakeAsync(Hour, Token));
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await using (var delete = _database.CreateCommand("DELETE FROM leases WHERE name LIKE $1 || '%'"))
        {
            delete.Parameters.Add(new() { Value = _name });
            await delete.ExecuteNonQueryAsync(CancellationToken.None);
        }
        await _database.DisposeAsync();
    }

    async Task<DateTime> TakenAtAsync()
    {
        await using var command = _database.CreateCommand("SELECT taken_at FROM leases WHERE name = $1");
        command.Parameters.Add(new() { Value = _name });
        return (DateTime)(await command.ExecuteScalarAsync(Token))!;
    }
}
