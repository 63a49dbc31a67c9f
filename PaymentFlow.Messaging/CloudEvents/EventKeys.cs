using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;

namespace PaymentFlow.Messaging.CloudEvents;

/// <summary>
/// The keys that sign events, by topic. The first key of a topic signs; every key verifies, so that a key can be replaced while events
/// with the old one are still on their way. See docs/decisions/0016-signed-events.md.
/// </summary>
public sealed class EventKeys(IEnumerable<KeyValuePair<string, string[]>> keys)
{
    const int SignatureLength = 2 * HMACSHA256.HashSizeInBytes;

    // Our own events are shorter.
    const int MaxOnStack = 1_024;

    // Names of settings have no case.
    readonly FrozenDictionary<string, byte[][]> _keys = keys.ToFrozenDictionary(
        topic => topic.Key, topic => topic.Value.Select(Encoding.UTF8.GetBytes).ToArray(), StringComparer.OrdinalIgnoreCase);

    /// <summary>The signature of an event: the lower-case hexadecimal digits of its HMAC-SHA256, as ASCII.</summary>
    /// <param name="parts">What is signed, as it is sent. A part that is null counts as empty.</param>
    /// <exception cref="InvalidOperationException">The topic has no key.</exception>
    public byte[] Sign(string topic, params ReadOnlySpan<byte[]?> parts)
    {
        var signature = new byte[SignatureLength];
        Sign(KeysOf(topic)[0], parts, signature);
        return signature;
    }

    /// <summary>Whether one of the topic's keys has made the signature. Compares in fixed time.</summary>
    /// <exception cref="InvalidOperationException">The topic has no key.</exception>
    public bool Verify(string topic, ReadOnlySpan<byte> signature, params ReadOnlySpan<byte[]?> parts)
    {
        Span<byte> expected = stackalloc byte[SignatureLength];
        foreach (var key in KeysOf(topic))
        {
            Sign(key, parts, expected);
            if (CryptographicOperations.FixedTimeEquals(expected, signature)) return true;
        }
        return false;
    }

    byte[][] KeysOf(string topic) => _keys.TryGetValue(topic, out var keys) && keys.Length > 0
        ? keys
        : throw new InvalidOperationException($"There is no key for the events of {topic} (setting Events:Keys:{topic}:0).");

    // Each part is preceded by its length, so that no byte can move from one part to another.
    static void Sign(byte[] key, ReadOnlySpan<byte[]?> parts, Span<byte> signature)
    {
        var length = 0;
        foreach (var part in parts) length += sizeof(int) + (part?.Length ?? 0);
        var rented = length > MaxOnStack ? ArrayPool<byte>.Shared.Rent(length) : null;
        Span<byte> input = rented ?? stackalloc byte[MaxOnStack];
        var rest = input;
        foreach (var part in parts)
        {
            BinaryPrimitives.WriteInt32BigEndian(rest, part?.Length ?? 0);
            part.CopyTo(rest[sizeof(int)..]);
            rest = rest[(sizeof(int) + (part?.Length ?? 0))..];
        }
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key, input[..length], hash);
        if (rented is not null) ArrayPool<byte>.Shared.Return(rented);
        Convert.TryToHexStringLower(hash, signature, out _);
    }
}
