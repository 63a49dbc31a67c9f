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

    /// <summary>Where the checkout sends the customer after the payment; null for none.</summary>
    public string? ReturnUrl { get; init; }

    /// <summary>Where the checkout sends a customer who does not pay; null for none.</summary>
    public string? CancelUrl { get; init; }

    /// <summary>The language of the checkout, <c>en</c> or <c>ru</c>; null for the browser's.</summary>
    public string? Locale { get; init; }

    /// <summary>When a merchant's unpaid order is canceled; null for <see cref="OrderOptions.ExpireAfter"/>.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>The merchant's own data. Every event has it.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    /// <summary>For Stripe's receipt. It is never logged and in no event, and it is pruned (<see cref="CustomerEmails"/>).</summary>
    public string? CustomerEmail { get; init; }

    /// <summary>The hash of the token in the order's checkout link; null if it has no link. See <see cref="CheckoutLinks"/>.</summary>
    public byte[]? CheckoutHash { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Derived in the same way as the column: see migration 0001.</summary>
    public long Version => PaymentVersion + 1;

    /// <summary>Whether the order can still be paid.</summary>
    public bool IsPayable => Status is OrderStatuses.AwaitingPayment or OrderStatuses.PaymentFailed;

    public OrderEvent ToEvent() => new(Id, Reference, Version, Status, PaymentId, PaymentVersion, Amount, AmountRefunded, Currency,
        UpdatedAt, Metadata: Metadata);
}

/// <param name="Name">As the customer saw it when ordering.</param>
/// <param name="UnitAmount">The price at the time of the order, in the minor unit of the order's currency.</param>
public sealed record OrderItem(string ProductId, string Name, long Quantity, long UnitAmount);
