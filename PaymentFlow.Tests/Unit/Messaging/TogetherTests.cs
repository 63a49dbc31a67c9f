using PaymentFlow.Persistence.Background;

namespace PaymentFlow.Tests.Unit.Messaging;

public sealed class TogetherTests
{
    [Fact]
    public async Task When_one_task_fails_the_others_are_canceled_and_awaited()
    {
        var ended = false;

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => Together.RunAsync(
            TestContext.Current.CancellationToken,
            async end =>
            {
                try
                {
                    await Task.Delay(Timeout.Infinite, end);
                }
                finally
                {
                    await Task.Yield();
                    ended = true;
                }
            },
            _ => Task.FromException(new InvalidOperationException("failed"))));

        Assert.Equal("failed", failure.Message);
        Assert.True(ended);
    }

    [Fact]
    public async Task When_the_service_stops_all_tasks_end()
    {
        using CancellationTokenSource stopping = new();

        var running = Together.RunAsync(
            stopping.Token, end => Task.Delay(Timeout.Infinite, end), end => Task.Delay(Timeout.Infinite, end));
        Assert.False(running.IsCompleted);
        await stopping.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }
}
