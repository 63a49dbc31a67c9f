using System.Text.Json;
using Confluent.Kafka;
using PaymentFlow.Messaging.CloudEvents;

namespace PaymentFlow.Persistence.Consuming;

/// <summary>Applies a stored message of a topic in the same way as the topic's consumer. Registered by the topic's name.</summary>
public interface IMessageReplay
{
    /// <exception cref="EventSignatureException">The message is not signed with a key of its topic.</exception>
    /// <exception cref="FormatException">The message is no event.</exception>
    /// <exception cref="JsonException">Its data cannot be read.</exception>
    /// <exception cref="EventRejectedException">It can never be applied.</exception>
    Task ReplayAsync(string topic, Message<string, byte[]> message, CancellationToken cancellationToken);
}
