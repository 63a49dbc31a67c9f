using System.Data.Common;
using System.Diagnostics;
using System.Text.Json.Serialization;

namespace PaymentFlow.Messaging.Journey;

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
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? TraceId = null)
{
    /// <summary>Reads rows of <c>(at, kind, detail, version, traceparent)</c>.</summary>
    public static async Task<IReadOnlyList<JourneyStep>> ReadAllAsync(DbDataReader row, CancellationToken cancellationToken)
    {
        List<JourneyStep> steps = [];
        while (await row.ReadAsync(cancellationToken))
        {
            steps.Add(new JourneyStep(
                row.GetFieldValue<DateTimeOffset>(0), row.GetString(1), row.IsDBNull(2) ? null : row.GetString(2),
                row.IsDBNull(3) ? null : row.GetInt64(3), row.IsDBNull(4) ? null : TraceIdOf(row.GetString(4))));
        }
        return steps;
    }

    static string? TraceIdOf(string traceParent) =>
        ActivityContext.TryParse(traceParent, null, out var context) ? context.TraceId.ToHexString() : null;
}
