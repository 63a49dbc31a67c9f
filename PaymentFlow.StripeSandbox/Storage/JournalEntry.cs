using System.Text.Json.Serialization;
using PaymentFlow.StripeSandbox.Events;
using PaymentFlow.StripeSandbox.Idempotency;
using PaymentFlow.StripeSandbox.Objects;

namespace PaymentFlow.StripeSandbox.Storage;

/// <summary>One line of the journal with all changes of one operation, so that after a crash all of them exist or none.</summary>
sealed record JournalEntry
{
    public PaymentIntent? Intent { get; init; }

    /// <summary>The PaymentIntent's latest charge is new, and its money moved.</summary>
    public bool Charged { get; init; }

    public IReadOnlyList<EventHeader>? Events { get; init; }
    public string? RequestId { get; init; }
    public KeptKey? Key { get; init; }

    /// <summary>The id of an event that the webhook endpoint has accepted.</summary>
    public string? Delivered { get; init; }

    /// <summary>The id of an event that is never delivered, because <see cref="Webhooks.WebhookPlan"/> dropped it.</summary>
    public string? Dropped { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(JournalEntry))]
sealed partial class JournalJson : JsonSerializerContext;
