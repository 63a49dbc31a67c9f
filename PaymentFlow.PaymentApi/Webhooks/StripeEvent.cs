using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using PaymentFlow.PaymentApi.Stripe;
using Stripe;

namespace PaymentFlow.PaymentApi.Webhooks;

/// <summary>The parts of a Stripe event that are read. The event only names a PaymentIntent; Stripe is asked for its state.</summary>
/// <param name="IntentId">The PaymentIntent of the event's object; null if the object has none.</param>
/// <param name="IsOurs">Whether the PaymentIntent's metadata shows that it is ours. Other objects have none of our metadata.</param>
public sealed record StripeEvent(string Id, string Type, bool LiveMode, string? IntentId, bool IsOurs)
{
    /// <summary>An event of List Events.</summary>
    public static StripeEvent From(Event listed)
    {
        var (intentId, isOurs) = listed.Data?.Object switch
        {
            PaymentIntent intent => (intent.Id, intent.Metadata?.ContainsKey(MetadataKeys.PaymentId) == true),
            Charge charge => (charge.PaymentIntentId, false),
            Refund refund => (refund.PaymentIntentId, false),
            Dispute dispute => (dispute.PaymentIntentId, false),
            _ => (null, false),
        };
        return new(listed.Id, listed.Type, listed.Livemode, intentId, isOurs);
    }

    /// <summary>The id and the type of a webhook's event; null when one of them is missing or has another form than Stripe's.</summary>
    public static StripeEventNames? NamesIn(string body) =>
        Read(body, StripeEventJson.Default.StripeEventNames) is { } names
        && StripeEventInbox.IsName(names.Id) && StripeEventInbox.IsName(names.Type) ? names : null;

    /// <summary>A webhook's event; null when a part that is read is missing or has another form than Stripe's.</summary>
    public static StripeEvent? From(string body) =>
        Read(body, StripeEventJson.Default.WebhookBody) is { Data.Object: var about } read && about.Names(out var intentId)
            ? new(read.Id, read.Type, read.Livemode, intentId, about.Metadata?.ContainsKey(MetadataKeys.PaymentId) == true)
            : null;

    static T? Read<T>(string body, JsonTypeInfo<T> type) where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(body, type);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>An event's id and its type, which tells whether the event concerns us.</summary>
public sealed record StripeEventNames(string Id, string Type);

/// <remarks>https://docs.stripe.com/api/events/object</remarks>
sealed record WebhookBody(string Id, string Type, bool Livemode, WebhookData Data);

sealed record WebhookData(WebhookObject Object);

sealed record WebhookObject(string Object, string? Id = null, string? PaymentIntent = null, Dictionary<string, string>? Metadata = null)
{
    /// <summary>Whether the object is one whose events we take, and its ids have the form of Stripe's.</summary>
    /// <param name="intentId">The PaymentIntent that the object is, or belongs to; null if it belongs to none.</param>
    public bool Names(out string? intentId)
    {
        intentId = Object == "payment_intent" ? Id : PaymentIntent;
        return Object switch
        {
            "payment_intent" => StripeEventInbox.IsName(intentId),
            "charge" or "refund" or "dispute" => intentId is null || StripeEventInbox.IsName(intentId),
            _ => false,
        };
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(StripeEventNames))]
[JsonSerializable(typeof(WebhookBody))]
sealed partial class StripeEventJson : JsonSerializerContext;
