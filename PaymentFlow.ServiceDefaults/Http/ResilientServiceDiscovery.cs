using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http.Resilience;
using Polly;
using Polly.CircuitBreaker;

namespace PaymentFlow.ServiceDefaults;

/// <summary>
/// What <c>AddStandardResilienceHandler</c> does, in two halves with service discovery between them: a retry goes to the next
/// replica, and each replica has a circuit breaker of its own. With one breaker for all, a dead replica would shut out the living.
/// </summary>
static class ResilientServiceDiscovery
{
    const int Retries = 5;
    // And twice as long each time: three seconds in all, in which a killed replica is up again or its breaker is open.
    static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// In all 30 s, per try 10 s; safe methods are tried six times, for a try goes to any replica. A POST that timed out may have been done: only its sender knows
    /// whether it may be repeated.
    /// </summary>
    public static void AddResilientServiceDiscovery(this IHttpClientBuilder http)
    {
        http.AddResilienceHandler("request", pipeline =>
        {
            HttpRetryStrategyOptions retry = new()
            {
                MaxRetryAttempts = Retries,
                Delay = FirstPause,
                ShouldHandle = arguments => ValueTask.FromResult(
                    HttpClientResiliencePredicates.IsTransient(arguments.Outcome) || arguments.Outcome.Exception is BrokenCircuitException),
            };
            retry.DisableForUnsafeHttpMethods();
            pipeline.AddTimeout(new HttpTimeoutStrategyOptions()).AddRetry(retry);
        });
        http.AddServiceDiscovery();
        http.AddResilienceHandler("replica", pipeline => pipeline
            .AddCircuitBreaker(new HttpCircuitBreakerStrategyOptions())
            .AddTimeout(new HttpTimeoutStrategyOptions { Timeout = TimeSpan.FromSeconds(10) })).SelectPipelineByAuthority();
    }
}
