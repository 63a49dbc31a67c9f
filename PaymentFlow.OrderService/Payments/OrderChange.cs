using PaymentFlow.Contracts.Events;
using PaymentFlow.Persistence.Consuming;

namespace PaymentFlow.OrderService.Payments;

/// <summary>What a payment event says about its order.</summary>
/// <param name="Status">The order's status that follows from the payment's.</param>
/// <param name="EventType">The type of the order's event; null for none.</param>
/// <param name="At">When the payment reached its state, UTC.</param>
sealed record OrderChange(PaymentEvent Payment, string Status, string? EventType, DateTimeOffset At, string? TraceParent)
{
    /// <summary>Keeps the newest event per order, because each event contains the full state.</summary>
    /// <exception cref="EventRejectedException">
    /// Events of two payments name the same order. The payment of the first event owns the order, so that event must not be dropped
    /// in favor of one of the other payment.
    /// </exception>
    public static IReadOnlyList<ReceivedEvent<PaymentEvent>> NewestOf(IReadOnlyList<ReceivedEvent<PaymentEvent>> events) =>
        [.. events.GroupBy(received => received.Data.OrderId).Select(order =>
        {
            if (order.Any(received => received.Data.PaymentId != order.First().Data.PaymentId))
                throw new EventRejectedException($"Order {order.Key} has events of more than one payment.");
            return order.MaxBy(received => received.Data.PaymentVersion)!;
        })];

    /// <exception cref="EventRejectedException">The event is invalid for any order.</exception>
    public static OrderChange From(ReceivedEvent<PaymentEvent> received, string? traceParent)
    {
        var payment = received.Data;
        if (payment.PaymentVersion < 1) throw new EventRejectedException($"paymentVersion is {payment.PaymentVersion}; the first is 1.");
        if (payment.AmountRefunded < 0 || payment.AmountRefunded > payment.Amount)
            throw new EventRejectedException($"amountRefunded is {payment.AmountRefunded} of {payment.Amount}.");
        var (status, eventType) = OrderState.Of(payment.Status);
        return new OrderChange(payment, status, eventType, received.Envelope.Time, traceParent);
    }

    /// <summary>The order after this change. Null when the order already has this state or a newer one.</summary>
    /// <exception cref="EventRejectedException">The change contradicts the order.</exception>
    public ChangedOrder? ApplyTo(LockedOrder order)
    {
        if (Payment.Amount != order.Amount || Payment.Currency != order.Currency)
            throw new EventRejectedException($"Order {order.Id}: amount or currency is not the order's.");
        if (Payment.PaymentVersion <= order.PaymentVersion) return null;
        if (order.PaymentId is { } paymentId && paymentId != Payment.PaymentId)
            throw new EventRejectedException($"Order {order.Id}: the order has another payment.");
        OrderEvent state = new(order.Id, order.Reference, Payment.PaymentVersion + 1, Status, Payment.PaymentId, Payment.PaymentVersion,
            order.Amount, Payment.AmountRefunded, order.Currency, At, Status == OrderStatuses.Canceled ? order.CancelRequestedBy : null);
        return new ChangedOrder(state, EventTypeAfter(order), TraceParent);
    }

    /// <summary>
    /// A paid order gets an event only if the refunded amount changes. After a dispute or a failed refund, a second
    /// <c>order.paid</c> could make a merchant deliver twice.
    /// </summary>
    string? EventTypeAfter(LockedOrder order)
    {
        if (!OrderState.Charged.Contains(order.Status) || !OrderState.Charged.Contains(Status)) return EventType;
        return order.AmountRefunded != Payment.AmountRefunded ? EventTypes.OrderRefunded : null;
    }
}

/// <summary>An order's row, which the present transaction has locked. Amounts are in the currency's minor unit.</summary>
/// <param name="CancelRequestedBy">Who or what asked to cancel the order, if anything did.</param>
sealed record LockedOrder(
    Guid Id, string Reference, string Status, Guid? PaymentId, long PaymentVersion, long Amount, long AmountRefunded, string Currency,
    string? CancelRequestedBy);

/// <summary>An order's new state.</summary>
/// <param name="EventType">The type of the event to write; null for none.</param>
sealed record ChangedOrder(OrderEvent State, string? EventType, string? TraceParent);
