using PaymentFlow.Client;

namespace PaymentFlow.Tests.Integration.Clients;

/// <summary>clients/dotnet.</summary>
sealed class DotNetFollower : Follower
{
    readonly HttpClient _http;
    readonly CancellationTokenSource _leaving = new();
    readonly Task _following;

    public DotNetFollower(Uri service, Guid orderId, string secret, string? language, bool untilFinal, bool withWebSocket)
        : base(withWebSocket ? ".NET by WebSocket" : ".NET by event stream")
    {
        _http = new HttpClient { BaseAddress = service };
        _following = FollowAsync(orderId, secret, new FollowOrderOptions
        {
            Language = language,
            UntilFinal = untilFinal,
            WithoutWebSocket = !withWebSocket,
            OnStateChanged = state => Is(state.ToString().ToLowerInvariant()),
        });
    }

    async Task FollowAsync(Guid orderId, string secret, FollowOrderOptions options)
    {
        try
        {
            await foreach (var update in new PaymentFlowClient(_http).FollowOrderAsync(orderId, secret, options, _leaving.Token))
                Got(update);
        }
        catch (OrderAccessException e)
        {
            Refusal = ((int)e.StatusCode, e.Code);
        }
        catch (OperationCanceledException) when (_leaving.IsCancellationRequested)
        {
            // The test is over.
        }
        HasEnded = true;
    }

    public override async ValueTask DisposeAsync()
    {
        await _leaving.CancelAsync();
        await _following;
        _leaving.Dispose();
        _http.Dispose();
    }
}
