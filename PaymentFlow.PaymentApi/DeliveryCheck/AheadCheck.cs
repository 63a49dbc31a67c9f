using System.Diagnostics.Metrics;
using Microsoft.Extensions.Options;
using PaymentFlow.Contracts.DeliveryCheck;
using PaymentFlow.Messaging.Telemetry;
using PaymentFlow.PaymentApi.Orders;

namespace PaymentFlow.PaymentApi.DeliveryCheck;

/// <summary>
/// The other direction of the delivery check: finds orders that state more than their payment does (<see cref="OrderAhead"/>), and
/// reports them. It changes no order, because only a person can tell which side is right.
/// </summary>
public sealed partial class AheadCheck(
    AheadStore store, OrderVersionsClient orders, IOptions<DeliveryOptions> options, TimeProvider time, ILogger<AheadCheck> logger)
{
    /// <summary>The number of changes, and of reported orders, that are compared at a time.</summary>
    public const int BatchSize = 500;

    static readonly TimeSpan RecheckInterval = TimeSpan.FromMinutes(1);

    static readonly Counter<long> Found = PaymentFlowTelemetry.Meter.CreateCounter<long>(
        "paymentflow.delivery.ahead", "{order}", "Orders that were found ahead of their payment");

    long? _rechecked;

    /// <summary>Compares the orders with their payments, and reports those that are ahead.</summary>
    /// <param name="versions">What the orders state now.</param>
    public async Task CompareAsync(IReadOnlyDictionary<Guid, OrderVersions> versions, CancellationToken cancellationToken)
    {
        if (await AheadAsync(versions, cancellationToken) is not { Count: > 0 } ahead) return;
        if (await store.AddAsync(ahead, cancellationToken) is not [var first, ..] found) return;
        Found.Add(found.Count);
        Log.Ahead(logger, found.Count, first);
    }

    /// <summary>Compares the next orders that payments changed.</summary>
    /// <returns>Whether there may be more.</returns>
    /// <exception cref="OrderServiceUnavailableException">OrderService cannot be reached, or cannot answer now.</exception>
    public async Task<bool> WalkAsync(CancellationToken cancellationToken)
    {
        var position = await store.ComparedToAsync(cancellationToken);
        if (await orders.ChangesAsync(position, BatchSize, options.Value.CheckAfter, cancellationToken) is not { } changes) return false;
        await CompareAsync(changes.Orders, cancellationToken);
        if (changes.Next != position) await store.SetComparedToAsync(changes.Next, cancellationToken);
        return changes.Next > position;
    }

    /// <summary>Removes reported orders that agree with their payment again. Does so once a minute.</summary>
    /// <exception cref="OrderServiceUnavailableException">OrderService cannot be reached, or cannot answer now.</exception>
    public async Task RecheckAsync(CancellationToken cancellationToken)
    {
        if (_rechecked is { } before && time.GetElapsedTime(before) < RecheckInterval) return;
        _rechecked = time.GetTimestamp();
        var reported = await store.FindAsync(BatchSize, cancellationToken);
        if (reported.Count == 0) return;
        var ahead = await AheadAsync(await orders.FindAsync([.. reported], cancellationToken), cancellationToken);
        List<Guid> settled = [.. reported.Except(ahead.Select(order => order.OrderId))];
        if (settled.Count == 0) return;
        await store.RemoveAsync(settled, cancellationToken);
        Log.Settled(logger, settled.Count, settled[0]);
    }

    async Task<IReadOnlyList<OrderAhead>> AheadAsync(
        IReadOnlyDictionary<Guid, OrderVersions> versions, CancellationToken cancellationToken) =>
        versions.Count == 0 ? [] : OrderAhead.Of(versions, await store.PaymentsAsync(versions.Keys, cancellationToken));

    static partial class Log
    {
        [LoggerMessage(LogLevel.Error,
            "{Count} orders are ahead of their payment, such as {OrderId}: an event was forged, or a database was changed or restored")]
        public static partial void Ahead(ILogger logger, int count, Guid orderId);

        [LoggerMessage(LogLevel.Information, "{Count} orders are no longer ahead of their payment, such as {OrderId}")]
        public static partial void Settled(ILogger logger, int count, Guid orderId);
    }
}
