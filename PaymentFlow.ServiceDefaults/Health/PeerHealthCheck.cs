using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using OpenTelemetry;

namespace PaymentFlow.ServiceDefaults.Health;

/// <summary>Checks that another PaymentFlow service answers.</summary>
public static class PeerHealthChecks
{
    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Registers a check under the peer's service-discovery name. A peer that does not answer makes this service Degraded, so that
    /// load balancers keep routing to it.
    /// </summary>
    public static void AddPeerHealthCheck(this IHostApplicationBuilder builder, string service)
    {
        var name = $"health of {service}";
        var client = builder.Services.AddHttpClient(name, http =>
        {
            http.BaseAddress = new Uri($"http://{service}");
            http.Timeout = Timeout;
        });
        // No retries: the probe itself is repeated.
#pragma warning disable EXTEXP0001 // Experimental. The stable way is to repeat the defaults for every other client.
        client.RemoveAllResilienceHandlers();
#pragma warning restore EXTEXP0001
        builder.Services.AddHealthChecks().Add(new HealthCheckRegistration(
            service, services => new PeerHealthCheck(services.GetRequiredService<IHttpClientFactory>(), name),
            HealthStatus.Degraded, tags: null));
    }
}

sealed class PeerHealthCheck(IHttpClientFactory clients, string name) : IHealthCheck
{
    static readonly Uri Alive = new("/alive", UriKind.Relative);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        using var untraced = SuppressInstrumentationScope.Begin();
        try
        {
            using var client = clients.CreateClient(name);
            using var response = await client.GetAsync(Alive, cancellationToken);
            response.EnsureSuccessStatusCode();
            return HealthCheckResult.Healthy();
        }
        catch (Exception e) when (
            e is HttpRequestException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return new HealthCheckResult(context.Registration.FailureStatus, "The service does not answer.", e);
        }
    }
}
