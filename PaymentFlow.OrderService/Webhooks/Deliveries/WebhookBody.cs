using System.Globalization;
using System.Text.Json;

namespace PaymentFlow.OrderService.Webhooks.Deliveries;

/// <summary>The body of a webhook by Standard Webhooks: <c>{ type, timestamp, data }</c>.</summary>
static class WebhookBody
{
    /// <param name="data">JSON, which is sent as it is, so that fields of later releases arrive, too.</param>
    /// <exception cref="JsonException">The data is not JSON.</exception>
    public static byte[] Of(string type, DateTimeOffset timestamp, ReadOnlySpan<byte> data)
    {
        using MemoryStream body = new();
        using (Utf8JsonWriter json = new(body))
        {
            json.WriteStartObject();
            json.WriteString("type", type);
            json.WriteString("timestamp", timestamp.UtcDateTime.ToString("O", CultureInfo.InvariantCulture));
            json.WritePropertyName("data");
            json.WriteRawValue(data);
            json.WriteEndObject();
        }
        return body.ToArray();
    }
}
