namespace PaymentFlow.Benchmarks.World;

/// <summary>What is put under load: the app, or its native twin.</summary>
interface ITarget
{
    bool IsTwin { get; }

    /// <summary>Orders that can be paid.</summary>
    Task<OrderBatch> SeedAsync(int count);

    /// <summary>What the checkout page does while its customer reads; no part of a payment's time.</summary>
    Task PrepareAsync(OrderBatch orders, int order);

    /// <summary>Pays an order by HTTP; returns with the answer.</summary>
    /// <exception cref="InvalidOperationException">The answer is not that it is paid.</exception>
    Task PayAsync(OrderBatch orders, int order);

    /// <summary>Opens the order's WebSocket; returns when its first frame is there.</summary>
    Task<Screen> OpenAsync(OrderBatch orders, int order);

    /// <summary>How many of them are paid in the database.</summary>
    Task<long> PaidAsync(OrderBatch orders);

    /// <summary>What it still has to do for payments that are paid and answered; 0 when it is at rest.</summary>
    Task<long> LeftToDoAsync();

    /// <summary>Its processes and those that it stands on.</summary>
    IReadOnlyDictionary<string, int> Processes();
}
