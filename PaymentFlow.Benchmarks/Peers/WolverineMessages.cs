namespace PaymentFlow.Benchmarks.Peers;

/// <summary>From the payment service to the order service, over Kafka.</summary>
/// <param name="At">When Stripe's answer arrived.</param>
public sealed record PaymentSucceeded(Guid PaymentId, Guid OrderId, long Amount, DateTimeOffset At);

/// <summary>From the order handlers to the sockets, in memory, after the commit.</summary>
public sealed record OrderPaid(Guid OrderId, long Version, DateTimeOffset At);

/// <summary>The body of <c>POST /pay/{orderId}</c>.</summary>
public sealed record Pay(string PaymentMethod);

public sealed record PaymentAnswer(Guid PaymentId, string Status);
