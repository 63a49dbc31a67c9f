using System.Text.Json.Serialization;
using PaymentFlow.StripeSandbox.Events;
using PaymentFlow.StripeSandbox.Idempotency;
using PaymentFlow.StripeSandbox.PaymentIntents;

namespace PaymentFlow.StripeSandbox.Ledger;

/// <summary>One line of the journal: all that one operation changed, so that after a crash it has happened whole or not at all.</summary>
internal sealed record JournalEntry
{
    public PaymentIntent? Intent { get; init; }

    /// <summary>The intent's latest charge is a new one, and its money moved.</summary>
    public bool Charged { get; init; }

    public IReadOnlyList<EventHeader>? Events { get; init; }
    public string? RequestId { get; init; }
    public KeptKey? Key { get; init; }

    /// <summary>An event that its webhook endpoint has answered with success.</summary>
    public string? Delivered { get; init; }

    /// <summary>An event that is never to be delivered, because such a loss was asked for.</summary>
    public string? Dropped { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(JournalEntry))]
internal sealed partial class JournalJson : JsonSerializerContext;
