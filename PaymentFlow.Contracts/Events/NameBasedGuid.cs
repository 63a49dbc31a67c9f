using System.Buffers.Binary;
using System.Security.Cryptography;

namespace PaymentFlow.Contracts.Events;

/// <summary>UUID version 5 (RFC 9562, section 5.5), which the BCL does not offer.</summary>
public static class NameBasedGuid
{
    /// <summary>The id of version <paramref name="version"/> of the object <paramref name="subject"/>.</summary>
    public static Guid Create(Guid subject, long version)
    {
        Span<byte> name = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(name, version);
        return Create(subject, name);
    }

    /// <summary>SHA-1 of the namespace in network order and the name. Security does not depend on it.</summary>
    public static Guid Create(Guid namespaceId, ReadOnlySpan<byte> name)
    {
        Span<byte> input = name.Length <= 256 ? stackalloc byte[16 + name.Length] : new byte[16 + name.Length];
        namespaceId.TryWriteBytes(input, bigEndian: true, out _);
        name.CopyTo(input[16..]);

        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
#pragma warning disable CA5350 // RFC 9562 prescribes SHA-1 for version 5.
        SHA1.HashData(input, hash);
#pragma warning restore CA5350
        hash[6] = (byte)((hash[6] & 0x0F) | 0x50);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }
}
