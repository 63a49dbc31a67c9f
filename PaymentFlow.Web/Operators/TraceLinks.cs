namespace PaymentFlow.Web.Operators;

/// <summary>Links to the team's tool for traces, by the setting <c>Operator:TraceUrl</c>.</summary>
sealed class TraceLinks(IConfiguration configuration)
{
    /// <summary>The address of a trace; null if the setting is missing.</summary>
    public string? UrlOf(string? traceId) => traceId is null || configuration["Operator:TraceUrl"] is not { Length: > 0 } template
        ? null
        : template.Replace("{traceId}", Uri.EscapeDataString(traceId), StringComparison.Ordinal);
}
