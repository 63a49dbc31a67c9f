using System.Text.Json.Serialization;

namespace PaymentFlow.Contracts.Journey;

/// <summary>One step in the journey of an order, as recorded in a service's own tables.</summary>
/// <param name="At">By the clock of the service or of its database. The clocks of two machines may differ slightly.</param>
/// <param name="Kind">A stable word, such as <c>payment.succeeded</c> or <c>event.published</c>.</param>
/// <param name="Detail">Further details, for people.</param>
/// <param name="Version">The version of the payment (in PaymentApi) or of the order (in OrderService).</param>
/// <param name="TraceId">The trace to look up in an OTLP back end.</param>
public sealed record JourneyStep(
    DateTimeOffset At,
    string Kind,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Detail = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? Version = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? TraceId = null);
