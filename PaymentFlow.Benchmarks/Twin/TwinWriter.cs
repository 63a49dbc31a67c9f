using System.Threading.Channels;

namespace PaymentFlow.Benchmarks.Twin;

/// <summary>
/// Group commit: a few writers take all waiting requests and write them in one transaction. Without writers every request commits on its
/// own.
/// </summary>
sealed class TwinWriter(TwinStore store, TwinRelay relay)
{
    const int Largest = 500;

    readonly Channel<(Guid OrderId, DateTimeOffset At, TaskCompletionSource Written)> _waiting =
        Channel.CreateUnbounded<(Guid, DateTimeOffset, TaskCompletionSource)>();
    bool _grouped;

    public void Start(int writers)
    {
        _grouped = writers > 0;
        for (var i = 0; i < writers; i++) _ = Task.Run(WriteAsync);
    }

    public async Task PayAsync(Guid orderId)
    {
        var at = TimeProvider.System.GetUtcNow();
        if (_grouped)
        {
            TaskCompletionSource written = new(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Writer.TryWrite((orderId, at, written));
            await written.Task;
            return;
        }
        var id = await store.PayAsync(orderId, at);
        relay.Publish(id, new TwinEvent(orderId, at, TimeProvider.System.GetUtcNow()));
    }

    async Task WriteAsync()
    {
        List<(Guid OrderId, DateTimeOffset At, TaskCompletionSource Written)> group = [];
        while (await _waiting.Reader.WaitToReadAsync())
        {
            group.Clear();
            while (group.Count < Largest && _waiting.Reader.TryRead(out var one)) group.Add(one);
            if (group.Count == 0) continue;
            try
            {
                var ids = await store.PayAsync([.. group.Select(one => (one.OrderId, one.At))]);
                var committed = TimeProvider.System.GetUtcNow();
                foreach (var (orderId, at, written) in group)
                {
                    relay.Publish(ids[orderId], new TwinEvent(orderId, at, committed));
                    written.SetResult();
                }
            }
            catch (Exception e)
            {
                foreach (var one in group) one.Written.TrySetException(e);
            }
        }
    }
}
