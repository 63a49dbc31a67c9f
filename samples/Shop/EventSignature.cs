using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Confluent.Kafka;

namespace Shop;

/// <summary>
/// Tells PaymentFlow's events from those that somebody else wrote to Kafka. See the attribute <c>signature</c> in docs/asyncapi.yaml.
/// </summary>
/// <param name="keys">The key of topic <c>orders</c>; two while it is replaced.</param>
sealed class EventSignature(IEnumerable<string> keys)
{
    static readonly string[] Attributes = ["ce_specversion", "ce_id", "ce_source", "ce_type", "ce_time"];

    readonly List<byte[]> _keys = [.. keys.Select(Encoding.UTF8.GetBytes)];

    public bool IsValid(Message<string, byte[]> message)
    {
        // Each part is preceded by its length, as four bytes, big-endian.
        using MemoryStream signed = new();
        Span<byte> length = stackalloc byte[sizeof(int)];
        foreach (var part in Attributes.Select(attribute => Header(message, attribute)).Append(message.Value ?? []))
        {
            BinaryPrimitives.WriteInt32BigEndian(length, part.Length);
            signed.Write(length);
            signed.Write(part);
        }
        var signature = Header(message, "ce_signature");
        return _keys.Any(key => CryptographicOperations.FixedTimeEquals(
            Encoding.ASCII.GetBytes(Convert.ToHexStringLower(HMACSHA256.HashData(key, signed.ToArray()))), signature));
    }

    static byte[] Header(Message<string, byte[]> message, string name) => message.Headers.TryGetLastBytes(name, out var value) ? value : [];
}
