using System.Data.Common;
using System.Diagnostics;
using PaymentFlow.Contracts.Journey;

namespace PaymentFlow.Persistence.Journey;

/// <summary>Reads the steps of a journey from the rows of a query.</summary>
public static class JourneyStepReader
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
