using System.Buffers.Binary;

namespace PaymentFlow.OrderService.Orders;

/// <summary>Which of the merchant's orders to list. Null means all.</summary>
/// <param name="From">Created at this time or later.</param>
/// <param name="To">Created before this time.</param>
sealed record OrderFilter(string? Reference, string? Status, DateTimeOffset? From, DateTimeOffset? To)
{
    /// <summary>No order that was created at <see cref="From"/> or later has a smaller id.</summary>
    public Guid SmallestId => From is { } from ? IdOf(from.ToUnixTimeMilliseconds()) : Guid.Empty;

    /// <summary>All orders that were created before <see cref="To"/> have a smaller id.</summary>
    public Guid EndOfIds => To is { } to ? IdOf(to.ToUnixTimeMilliseconds() + 1) : Guid.AllBitsSet;

    /// <summary>The first id of a millisecond: the first 48 bits of a UUIDv7 are its time (RFC 9562).</summary>
    static Guid IdOf(long milliseconds)
    {
        Span<byte> id = stackalloc byte[16];
        id.Clear();
        BinaryPrimitives.WriteInt64BigEndian(id, Math.Max(0, milliseconds) << 16);
        return new Guid(id, bigEndian: true);
    }
}
