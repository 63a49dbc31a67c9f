using System.Text.Json;
using PaymentFlow.Messaging.CloudEvents;
using PaymentFlow.Persistence.Database;

namespace PaymentFlow.Persistence.Consuming;

/// <summary>Tells a bad event from a fault of ours.</summary>
public static class EventFailure
{
    /// <summary>
    /// Whether the cause is in the event, so that it belongs in the dead letters. Only what is listed here is: a fault of ours would
    /// otherwise dead-letter a whole topic.
    /// </summary>
    public static bool IsInTheEvent(Exception exception) =>
        exception is EventSignatureException or EventRejectedException or FormatException or JsonException
        || DatabaseFailure.IsInTheData(exception);
}
