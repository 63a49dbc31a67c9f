using System.Collections.Frozen;
using System.Text;

namespace PaymentFlow.Messaging.CloudEvents;

/// <summary>
/// The keys that sign events, by topic. The first key of a topic signs; every key verifies, so that a key can be replaced while events
/// with the old one are still on their way. See docs/decisions/0016-signed-events.md.
/// </summary>
public sealed class EventKeys(IEnumerable<KeyValuePair<string, string[]>> keys)
{
    // Names of settings have no case.
    readonly FrozenDictionary<string, byte[][]> _keys = keys.ToFrozenDictionary(
        topic => topic.Key, topic => topic.Value.Select(Encoding.UTF8.GetBytes).ToArray(), StringComparer.OrdinalIgnoreCase);

    /// <summary>The topic's keys; at least one. The first one signs.</summary>
    /// <exception cref="InvalidOperationException">The topic has no key.</exception>
    public ReadOnlySpan<byte[]> Of(string topic) => _keys.TryGetValue(topic, out var keys) && keys.Length > 0
        ? keys
        : throw new InvalidOperationException($"There is no key for the events of {topic} (setting Events:Keys:{topic}:0).");
}
