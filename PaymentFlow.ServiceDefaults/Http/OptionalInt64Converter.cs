using System.Text.Json;
using System.Text.Json.Serialization;

namespace PaymentFlow.ServiceDefaults.Http;

/// <summary>
/// Reads an optional number, of any size as <see cref="SaturatingInt64Converter"/> does. The field may be left out, but null is refused:
/// JavaScript writes null for NaN, and a failed calculation must not mean the same as no amount.
/// </summary>
public sealed class OptionalInt64Converter : JsonConverter<long?>
{
    static readonly SaturatingInt64Converter Number = new();

    /// <inheritdoc />
    public override bool HandleNull => true;

    /// <inheritdoc />
    public override long? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Number.Read(ref reader, typeof(long), options);

    /// <inheritdoc />
    public override void Write(Utf8JsonWriter writer, long? value, JsonSerializerOptions options)
    {
        if (value is { } number) writer.WriteNumberValue(number);
        else writer.WriteNullValue();
    }
}
