using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http;
using Microsoft.Extensions.Http.Resilience;
using Polly;
using Polly.CircuitBreaker;
using Polly.Timeout;

namespace PaymentFlow.ServiceDefaults.Http;

/// <summary>
/// Does the same as <c>AddStandardResilienceHandler</c>, but in two handlers with service discovery between them. So a retry goes to
/// the next replica, and each client has its own circuit breaker per replica. With one shared breaker, a dead replica would block the
/// others, and the operators' console could stop the shop.
/// </summary>
static class ResilientServiceDiscovery
{
    const int Retries = 5;
    // Doubles with each retry, to three seconds in total: by then a killed replica runs again or its breaker is open.
    static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    static readonly HttpRequestOptionsKey<string> Client = new("PaymentFlow.Client");

    /// <summary>
    /// The timeout is 30 s in total and 10 s per try. Safe methods are tried six times, each time at any replica. A POST is not
    /// retried: after a timeout it may have been processed, and only its sender knows whether a repeat is safe. An answer to one
    /// request, such as 500 or 429, is neither retried nor counted by the breaker: it says nothing about other requests.
    /// </summary>
    public static void AddResilientServiceDiscovery(this IHttpClientBuilder http)
    {
        // The builder of the defaults has no name, so all clients share their pipelines. Only this action knows the client's name.
        http.Services.ConfigureAll<HttpClientFactoryOptions>(options => options.HttpMessageHandlerBuilderActions.Add(
            builder => builder.AdditionalHandlers.Insert(0, new ClientName(builder.Name ?? ""))));
        http.AddResilienceHandler("request", pipeline =>
        {
            HttpRetryStrategyOptions retry = new()
            {
                MaxRetryAttempts = Retries,
                Delay = FirstPause,
                ShouldHandle = arguments => ValueTask.FromResult(
                    IsAway(arguments.Outcome) || arguments.Outcome.Exception is BrokenCircuitException),
            };
            retry.DisableForUnsafeHttpMethods();
            pipeline.AddTimeout(new HttpTimeoutStrategyOptions()).AddRetry(retry);
        });
        http.AddServiceDiscovery();
        http.AddResilienceHandler("replica", pipeline => pipeline
            .AddCircuitBreaker(new HttpCircuitBreakerStrategyOptions
            {
                ShouldHandle = arguments => ValueTask.FromResult(IsAway(arguments.Outcome)),
            })
            .AddTimeout(new HttpTimeoutStrategyOptions { Timeout = TimeSpan.FromSeconds(10) })).SelectPipelineBy(_ => ClientAndReplica);
    }

    /// <summary>Whether the replica gave no answer, or one that says that it or its proxy cannot serve now.</summary>
    static bool IsAway(Outcome<HttpResponseMessage> outcome) => outcome switch
    {
        { Exception: HttpRequestException or TimeoutRejectedException } => true,
        { Result.StatusCode: HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout } => true,
        _ => false,
    };

    static string ClientAndReplica(HttpRequestMessage request) =>
        $"{(request.Options.TryGetValue(Client, out var client) ? client : "")} {request.RequestUri?.GetLeftPart(UriPartial.Authority)}";

    /// <summary>Notes in each request which client sends it.</summary>
    sealed class ClientName(string name) : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Options.Set(Client, name);
            return base.SendAsync(request, cancellationToken);
        }
    }
}
