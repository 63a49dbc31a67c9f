namespace PaymentFlow.Contracts.Events;

/// <summary>The Kafka topics. Both are keyed by order id, so that one order's events stay in one partition.</summary>
public static class Topics
{
    /// <summary>Events of payments, published from PaymentApi's outbox and read by OrderService's one consumer group.</summary>
    public const string Payments = "payments";

    /// <summary>Events of orders, published from OrderService's outbox and read from the end by all instances with screens.</summary>
    public const string Orders = "orders";
}
