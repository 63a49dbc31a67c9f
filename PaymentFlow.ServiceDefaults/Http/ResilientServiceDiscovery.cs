using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http.Resilience;
using Polly;
using Polly.CircuitBreaker;

namespace PaymentFlow.ServiceDefaults;

/// <summary>
/// Does the same as <c>AddStandardResilienceHandler</c>, but in two handlers with service discovery between them. So a retry goes to
/// the next replica, and each replica has its own circuit breaker. With one shared breaker, a dead replica would block the others.
/// </summary>
static class ResilientServiceDiscovery
{
    const int Retries = 5;
    // Doubles with each retry, to three seconds in total: by then a killed replica runs again or its breaker is open.
    static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// The timeout is 30 s in total and 10 s per try. Safe methods are tried six times, each time at any replica. A POST is not
    /// retried: after a timeout it may have been processed, and only its sender knows whether a repeat is safe.
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
