namespace PaymentFlow.Persistence.Consuming;

/// <summary>An event can never be applied, for a reason in the event itself. It belongs in the dead letters.</summary>
public sealed class EventRejectedException(string reason) : Exception(reason);
