using System.Buffers.Binary;

namespace PaymentFlow.Persistence.Database;

/// <summary>Ranges of ids that begin with their time (UUIDv7, RFC 9562). A query by time can follow the primary key by them.</summary>
public static class TimeOrderedIds
{
    /// <summary>No id that was created at <paramref name="from"/> or later is smaller. Null means all ids.</summary>
    public static Guid Smallest(DateTimeOffset? from) => from is { } time ? IdOf(time.ToUnixTimeMilliseconds()) : Guid.Empty;

    /// <summary>
    /// All ids that were created before <paramref name="to"/> are smaller; ids of the same millisecond are, too. Null means all ids.
    /// </summary>
    public static Guid End(DateTimeOffset? to) => to is { } time ? IdOf(time.ToUnixTimeMilliseconds() + 1) : Guid.AllBitsSet;

    /// <summary>The first id of a millisecond, which is the first 48 bits of the id.</summary>
    static Guid IdOf(long milliseconds)
    {
        Span<byte> id = stackalloc byte[16];
        id.Clear();
        BinaryPrimitives.WriteInt64BigEndian(id, Math.Max(0, milliseconds) << 16);
        return new Guid(id, bigEndian: true);
    }
}
