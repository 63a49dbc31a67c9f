using System.Threading.RateLimiting;
using Microsoft.Extensions.Time.Testing;
using PaymentFlow.OrderService.Live;

namespace PaymentFlow.Tests.Unit.Orders;

public sealed class ConnectTurnsTests : IDisposable
{
    readonly FakeTimeProvider _time = new();
    readonly ConnectTurns _turns;

    public ConnectTurnsTests() => _turns = new(_time);

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_socket_waits_for_its_turn_and_is_refused_after_the_longest_wait()
    {
        var taken = await TakeAllAsync();
        Task<RateLimitLease?> first = _turns.WaitAsync(Token), second = _turns.WaitAsync(Token);
        Assert.False(first.IsCompleted || second.IsCompleted);

        taken[0].Dispose();
        Assert.NotNull(await first);
        Assert.False(second.IsCompleted);
        _time.Advance(ConnectTurns.LongestWait);
        Assert.Null(await second);
        // The place in the queue is free: the next turn is not given to the refused socket.
        taken[1].Dispose();
        Assert.NotNull(await _turns.WaitAsync(Token));
    }

    [Fact]
    public async Task A_client_that_leaves_leaves_the_queue()
    {
        await TakeAllAsync();
        using CancellationTokenSource leaves = new();
        var waiting = _turns.WaitAsync(leaves.Token);

        await leaves.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Fact]
    public async Task Two_hosts_in_one_process_do_not_share_their_turns()
    {
        await TakeAllAsync();
        using ConnectTurns another = new(_time);
        Assert.NotNull(await another.WaitAsync(Token));
    }

    public void Dispose() => _turns.Dispose();

    async Task<List<RateLimitLease>> TakeAllAsync()
    {
        List<RateLimitLease> taken = [];
        while (taken.Count < ConnectTurns.AtOnce) taken.Add((await _turns.WaitAsync(Token))!);
        return taken;
    }
}
