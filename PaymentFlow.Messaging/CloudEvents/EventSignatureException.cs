namespace PaymentFlow.Messaging.CloudEvents;

/// <summary>An event is not signed with a key of its topic, so anybody may have written it.</summary>
public sealed class EventSignatureException(string reason) : Exception(reason);
