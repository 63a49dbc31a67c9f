using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace PaymentFlow.Benchmarks.Twin;

/// <summary>The twin's Kafka message, without JSON or envelope. The message key is the order.</summary>
/// <param name="At">The time just before the commit. In the app, this is when Stripe's answer arrives.</param>
/// <param name="Committed">The time just after the commit.</param>
readonly record struct TwinEvent(Guid OrderId, DateTimeOffset At, DateTimeOffset Committed)
{
    const int Size = 16 + 8 + 8;

    public byte[] ToBytes()
    {
        var bytes = new byte[Size];
        OrderId.TryWriteBytes(bytes);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(16), At.UtcTicks);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(24), Committed.UtcTicks);
        return bytes;
    }

    public static TwinEvent Read(ReadOnlySpan<byte> bytes) => new(
        new Guid(bytes[..16]),
        new DateTimeOffset(BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]), TimeSpan.Zero),
        new DateTimeOffset(BinaryPrimitives.ReadInt64LittleEndian(bytes[24..]), TimeSpan.Zero));

    /// <summary>The frame that says "paid", with the twin's own timestamps.</summary>
    public byte[] ToFrame(DateTimeOffset consumed, DateTimeOffset applied) => Encoding.UTF8.GetBytes(string.Create(
        CultureInfo.InvariantCulture,
        $$$"""{"type":"order.updated","orderId":"{{{OrderId}}}","status":"paid","version":2,"at":"{{{At:O}}}","hops":""" +
        $$$"""{"committed":"{{{Committed:O}}}","consumed":"{{{consumed:O}}}","applied":"{{{applied:O}}}"}}"""));
}
