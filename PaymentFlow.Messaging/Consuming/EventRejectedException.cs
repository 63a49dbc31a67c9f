namespace PaymentFlow.Messaging.Consuming;

/// <summary>An event can't be applied, now or ever, for a reason in itself: it belongs in the dead letters.</summary>
public sealed class EventRejectedException(string reason) : Exception(reason);
