namespace PaymentFlow.ServiceDefaults.Http;

/// <summary>How an API answers unhandled exceptions.</summary>
public sealed class ApiErrorOptions
{
    /// <summary>
    /// Whether an exception means that something the service needs is unavailable for now. The caller gets 503 with <c>Retry-After</c>,
    /// and the log one line instead of a stack trace.
    /// </summary>
    public Func<Exception, bool> IsUnavailable { get; set; } = static _ => false;
}
