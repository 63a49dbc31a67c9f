namespace PaymentFlow.Tests.Integration.Clients;

/// <summary>Several clients that follow the same order.</summary>
sealed class Clients(IReadOnlyList<Follower> followers) : List<Follower>(followers), IAsyncDisposable
{
    public Task AllAsync(Func<Follower, Task> action) => Task.WhenAll(this.Select(action));

    public async ValueTask DisposeAsync()
    {
        foreach (var follower in this) await follower.DisposeAsync();
    }
}
