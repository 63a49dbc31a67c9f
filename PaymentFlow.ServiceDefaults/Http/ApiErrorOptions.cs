using Microsoft.AspNetCore.Http.HttpResults;

namespace PaymentFlow.ServiceDefaults.Http;

/// <summary>
/// How an API answers unhandled exceptions. One handler reads these, so the answer does not depend on the order of registrations:
/// <see cref="OwnProblem"/> takes precedence over <see cref="IsUnavailable"/>.
/// </summary>
public sealed class ApiErrorOptions
{
    /// <summary>
    /// Whether an exception means that something the service needs is unavailable for now. The caller gets 503 with <c>Retry-After</c>,
    /// and the log one line instead of a stack trace.
    /// </summary>
    public Func<Exception, bool> IsUnavailable { get; set; } = static _ => false;

    /// <summary>The service's own problem for an exception, such as a 503 with a code of its own; null for all others.</summary>
    /// <exception cref="InvalidOperationException">It is set already. Two of them would depend on their order.</exception>
    public Func<Exception, ProblemHttpResult?> OwnProblem
    {
        get => _ownProblem ?? (static _ => null);
        set => _ownProblem = _ownProblem is null ? value : throw new InvalidOperationException($"{nameof(OwnProblem)} is set already.");
    }

    Func<Exception, ProblemHttpResult?>? _ownProblem;
}
