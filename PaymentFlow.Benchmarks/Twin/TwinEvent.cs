using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace PaymentFlow.Benchmarks.Twin;

/// <summary>What the twin sends through Kafka: no JSON, no envelope; the key is the order.</summary>
/// <param name="At">Just before the commit, where the app has Stripe's yes in hand.</param>
/// <param name="Committed">Just after it.</param>
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
    public byte[] ToFrame(DateTimeOffset consumed, DateTimeOffset applied) => Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture,
        $$$"""{"type":"order.updated","orderId":"{{{OrderId}}}","status":"paid","version":2,"at":"{{{At:O}}}","hops":{"committed":"{{{Committed:O}}}","consumed":"{{{consumed:O}}}","applied":"{{{applied:O}}}"}}"""));
}
