using System.Text.Json;
using PaymentFlow.StripeSandbox.Protocol;

namespace PaymentFlow.StripeSandbox.Lists;

/// <summary>A page of a list.</summary>
sealed record StripeList(string Url, IReadOnlyList<IStripeObject> Data, bool HasMore) : IStripeObject
{
    public void Write(Utf8JsonWriter json, Expand expand)
    {
        json.WriteStartObject();
        json.WriteString("object"u8, "list"u8);
        json.WriteStartArray("data"u8);
        foreach (var item in Data) item.Write(json, expand);
        json.WriteEndArray();
        json.WriteBoolean("has_more"u8, HasMore);
        json.WriteString("url"u8, Url);
        json.WriteEndObject();
    }
}
