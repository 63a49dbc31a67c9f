using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;
using PaymentFlow.Contracts.Events;
using PaymentFlow.OrderService.Orders;

namespace PaymentFlow.OrderService.Live;

/// <summary>A WebSocket frame: the order's state at one version.</summary>
/// <param name="Message">The status for people, in the requested language.</param>
/// <param name="At">When the order reached this state, UTC.</param>
sealed record LiveFrame(string Type, Guid OrderId, string Status, long Version, string Message, DateTime At)
{
    // Do not escape non-Latin letters: developers read frames, too.
    static readonly JsonTypeInfo<LiveFrame> Json = new LiveJson(
        new JsonSerializerOptions(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.Create(UnicodeRanges.All) }).LiveFrame;

    public static byte[] For(OrderEvent order, CultureInfo language)
    {
        var message = OrderMessages.Texts.GetString(order.Status, language) ?? order.Status;
        return JsonSerializer.SerializeToUtf8Bytes(
            new LiveFrame("order.updated", order.OrderId, order.Status, order.Version, message, order.UpdatedAt.UtcDateTime), Json);
    }
}

/// <summary>The frames of a WebSocket.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(LiveFrame))]
sealed partial class LiveJson : JsonSerializerContext;
