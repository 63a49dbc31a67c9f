namespace PaymentFlow.Messaging.Events;

/// <summary>The Kafka topics. Both are keyed by order id, so that one order's events stay in one partition.</summary>
public static class Topics
{
    /// <summary>What happened to payments: written by PaymentApi's outbox, read by OrderService's one consumer group.</summary>
    public const string Payments = "payments";

    /// <summary>What happened to orders: written by OrderService's outbox, read from the end by every instance that holds screens.</summary>
    public const string Orders = "orders";
}
