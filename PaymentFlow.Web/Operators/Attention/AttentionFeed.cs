using System.Text.Json;
using System.Text.Json.Serialization;
using PaymentFlow.Contracts.Attention;
using PaymentFlow.Web.Operators.Layout;
using PaymentFlow.Web.Services;

namespace PaymentFlow.Web.Operators.Attention;

/// <summary>
/// Asks both services what needs attention. The answer is the same for everybody who is signed in, so all pages and all menus share it for
/// a few seconds.
/// </summary>
sealed class AttentionFeed(OperatorHttp http, TimeProvider time) : IOpenItems, IDisposable
{
    static readonly TimeSpan Shared = TimeSpan.FromSeconds(5);
    // A service that needs longer is shown as not answering.
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);
    // A menu does not make its page wait in an outage.
    static readonly TimeSpan MenuPatience = TimeSpan.FromMilliseconds(500);

    readonly SemaphoreSlim _one = new(1);
    volatile Answer? _last;

    /// <param name="fresh">Ask even if somebody asked a moment ago: after an action.</param>
    public async Task<AttentionState> ReadAsync(bool fresh, CancellationToken cancellationToken)
    {
        if (!fresh && Recent() is { } recent) return recent;
        await _one.WaitAsync(cancellationToken);
        try
        {
            // Somebody else may have asked meanwhile.
            if (!fresh && Recent() is { } answered) return answered;
            var orders = AskAsync(OperatorHttp.Orders, cancellationToken);
            var payments = AskAsync(OperatorHttp.Payments, cancellationToken);
            await Task.WhenAll(orders, payments);
            var state = AttentionState.Of(await orders, await payments);
            _last = new Answer(state, time.GetTimestamp());
            return state;
        }
        finally
        {
            _one.Release();
        }
    }

    public async Task<long?> CountAsync(CancellationToken cancellationToken)
    {
        using CancellationTokenSource patience = new(MenuPatience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            return (await ReadAsync(fresh: false, either.Token)).Count;
        }
        catch (OperationCanceledException)
        {
            return _last?.State.Count;
        }
    }

    public void Dispose() => _one.Dispose();

    sealed record Answer(AttentionState State, long At);

    AttentionState? Recent() => _last is { } last && time.GetElapsedTime(last.At) < Shared ? last.State : null;

    async Task<AttentionList?> AskAsync(string service, CancellationToken cancellationToken)
    {
        using CancellationTokenSource patience = new(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            return await http.GetAsync(service, "/attention", AttentionJson.Default.AttentionList, null, either.Token);
        }
        catch (ServiceUnavailableException)
        {
            // The resilience handler has logged it.
            return null;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(AttentionList))]
sealed partial class AttentionJson : JsonSerializerContext;

static class AttentionRegistration
{
    public static void AddAttention(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<AttentionFeed>();
        builder.Services.AddSingleton<IOpenItems>(services => services.GetRequiredService<AttentionFeed>());
    }
}
