using System.Text.Json;
using System.Text.Json.Serialization;

namespace PaymentFlow.ServiceDefaults.Http;

/// <summary>
/// Reads a whole number of any size. A number beyond 64 bits becomes the nearest <see cref="long"/>, so that an absurd quantity or
/// amount is refused by its own rule (422), not as malformed JSON.
/// </summary>
public sealed class SaturatingInt64Converter : JsonConverter<long>
{
    /// <inheritdoc />
    public override long Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.Number) throw new JsonException();
        if (reader.TryGetInt64(out var value)) return value;
        var approximate = reader.GetDouble();
        if (Math.Abs(approximate) < long.MaxValue) throw new JsonException();
        return approximate > 0 ? long.MaxValue : long.MinValue;
    }

    /// <inheritdoc />
    public override void Write(Utf8JsonWriter writer, long value, JsonSerializerOptions options) => writer.WriteNumberValue(value);
}
