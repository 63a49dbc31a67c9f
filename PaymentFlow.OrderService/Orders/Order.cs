using PaymentFlow.Contracts.Events;

namespace PaymentFlow.OrderService.Orders;

/// <summary>A row of <c>orders</c>. Amounts are in the currency's minor unit, times in UTC.</summary>
public sealed record Order
{
    public required Guid Id { get; init; }
    public required string Reference { get; init; }
    public required byte[] SecretHash { get; init; }
    public string Status { get; init; } = OrderStatuses.AwaitingPayment;
    public Guid? PaymentId { get; init; }
    public long PaymentVersion { get; init; }
    public required long Amount { get; init; }
    public long AmountRefunded { get; init; }
    public required string Currency { get; init; }
    public string? Description { get; init; }
    public required IReadOnlyList<OrderItem> Items { get; init; }

    /// <summary>
    /// The role that asked to cancel the order, <see cref="CancelReasons.Customer"/> or <see cref="CancelReasons.Operator"/>, whether or
    /// not it was canceled. <see cref="CancelReasons.Expired"/> if the order was not paid in time.
    /// </summary>
    public string? CancelRequestedBy { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Derived in the same way as the column: see migration 0001.</summary>
    public long Version => PaymentVersion + 1;

    public OrderEvent ToEvent() =>
        new(Id, Reference, Version, Status, PaymentId, PaymentVersion, Amount, AmountRefunded, Currency, UpdatedAt);
}

/// <param name="Name">As the customer saw it when ordering.</param>
/// <param name="UnitAmount">The price at the time of the order, in the minor unit of the order's currency.</param>
public sealed record OrderItem(string ProductId, string Name, long Quantity, long UnitAmount);
