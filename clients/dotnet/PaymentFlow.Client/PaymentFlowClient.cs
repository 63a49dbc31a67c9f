using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace PaymentFlow.Client;

/// <summary>Follows orders of PaymentFlow's OrderService. Safe for concurrent use.</summary>
/// <example><code>
/// PaymentFlowClient client = new(new HttpClient { BaseAddress = new Uri("https://orders.example") });
/// await foreach (var update in client.FollowOrderAsync(orderId, clientSecret, new() { UntilFinal = true }))
///     Console.WriteLine(update.Message);
/// </code></example>
/// <param name="http">
/// Has the service's address as <see cref="HttpClient.BaseAddress"/>; a path in it is kept. It also opens the WebSockets, so its handler
/// must be a <see cref="SocketsHttpHandler"/>, as it is by default. The caller disposes of it.
/// </param>
/// <param name="time">The clock of all pauses; the system's if null.</param>
public sealed class PaymentFlowClient(HttpClient http, TimeProvider? time = null)
{
    /// <summary>
    /// Follows an order: the newest state at once, and then newer ones. Versions only increase. It connects again after every loss, and
    /// changes from WebSockets to server-sent events where a proxy breaks WebSockets. A slow loop skips versions.
    /// </summary>
    /// <param name="orderId">The order.</param>
    /// <param name="clientSecret">The order's secret. It is sent as a header, never in a URL.</param>
    /// <param name="options">How to follow.</param>
    /// <param name="cancellationToken">Ends the loop with an <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="OrderAccessException">The secret does not give access to the order (401, 404).</exception>
    /// <exception cref="ArgumentException">The secret has characters that no secret has.</exception>
    /// <exception cref="InvalidOperationException">The <see cref="HttpClient"/> has no base address.</exception>
    public async IAsyncEnumerable<OrderUpdate> FollowOrderAsync(
        Guid orderId, string clientSecret, FollowOrderOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        if (clientSecret.Length == 0 || clientSecret.Any(static c => c is <= ' ' or > '~'))
            throw new ArgumentException("A client secret has visible ASCII characters only.", nameof(clientSecret));
        options ??= new FollowOrderOptions();
        OrderFollower follower = new(http, time ?? TimeProvider.System, orderId, clientSecret, options);
        var updates = Channel.CreateBounded<OrderUpdate>(
            new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true, SingleWriter = true });
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        // Not on the caller's thread, which may be that of a user interface.
        var following = Task.Run(() => follower.RunAsync(updates.Writer, leaving.Token), CancellationToken.None);
        try
        {
            await foreach (var update in updates.Reader.ReadAllAsync(cancellationToken))
            {
                yield return update;
                if (options.UntilFinal && update.IsFinal) yield break;
            }
        }
        finally
        {
            await leaving.CancelAsync();
            await following;
        }
    }
}
