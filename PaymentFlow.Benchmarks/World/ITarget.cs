namespace PaymentFlow.Benchmarks.World;

/// <summary>A target of the load: the app, its native twin or a peer.</summary>
interface ITarget
{
    /// <summary>The name for progress lines.</summary>
    string Name { get; }

    bool IsTwin { get; }

    BenchmarkWorld World { get; }

    /// <summary>Writes unpaid orders.</summary>
    Task<OrderBatch> SeedAsync(int count);

    /// <summary>Does what the checkout page does while the customer reads. Not part of a payment's time.</summary>
    Task PrepareAsync(OrderBatch orders, int order);

    /// <summary>Pays an order over HTTP; returns after the answer.</summary>
    /// <exception cref="InvalidOperationException">The order was not paid.</exception>
    Task PayAsync(OrderBatch orders, int order);

    /// <summary>Opens the order's WebSocket; returns after the first frame.</summary>
    Task<Screen> OpenAsync(OrderBatch orders, int order);

    /// <summary>The number of paid orders in the database.</summary>
    Task<long> PaidAsync(OrderBatch orders);

    /// <summary>The number of remaining tasks for answered payments; 0 when the target is at rest.</summary>
    Task<long> LeftToDoAsync();

    /// <summary>The process ids of the target and its infrastructure, by name.</summary>
    IReadOnlyDictionary<string, int> Processes();
}
