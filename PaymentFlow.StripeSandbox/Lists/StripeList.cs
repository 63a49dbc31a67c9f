using System.Text.Json;
using PaymentFlow.StripeSandbox.Api;

namespace PaymentFlow.StripeSandbox.Lists;

/// <summary>A page of a list, or of a search result (<see cref="IsSearch"/>).</summary>
internal sealed record StripeList(string Url, IReadOnlyList<IStripeObject> Data, bool HasMore) : IStripeObject
{
    public bool IsSearch { get; init; }

    /// <summary>The value of <c>page</c> that returns the next page of a search.</summary>
    public string? NextPage { get; init; }

    public void Write(Utf8JsonWriter json, Expand expand)
    {
        json.WriteStartObject();
        json.WriteString("object"u8, IsSearch ? "search_result"u8 : "list"u8);
        json.WriteStartArray("data"u8);
        foreach (var item in Data) item.Write(json, expand);
        json.WriteEndArray();
        json.WriteBoolean("has_more"u8, HasMore);
        if (IsSearch) json.WriteString("next_page"u8, NextPage);
        json.WriteString("url"u8, Url);
        json.WriteEndObject();
    }
}
