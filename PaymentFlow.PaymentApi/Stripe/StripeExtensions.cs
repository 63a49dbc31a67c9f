using PaymentFlow.ServiceDefaults;
using Stripe;

namespace PaymentFlow.PaymentApi.Stripe;

static class StripeExtensions
{
    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);

    /// <summary>
    /// Registers Stripe.net's client and the gateway. If the settings are wrong, stops the process with one line that says why.
    /// </summary>
    public static void AddStripe(this WebApplicationBuilder builder)
    {
        var options = builder.ReadSettings<StripeOptions>("Stripe");
        foreach (var problem in options.Problems(builder.Environment.IsDevelopment())) RequiredSettings.Stop(problem);

        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton(_ => new StripeClient(new StripeClientOptions
        {
            ApiKey = options.ApiKey,
            ApiBase = options.ApiBase?.ToString().TrimEnd('/'),
            // One retry, with the same idempotency key. Stripe has its own HttpClient, because the resilience handlers of the other
            // clients would multiply the retries of a call that may charge.
            HttpClient = new SystemNetHttpClient(
                new HttpClient(new StripeGateway.TriesHandler(Connections())) { Timeout = Timeout },
                maxNetworkRetries: 1, enableTelemetry: false),
        }));
        builder.Services.AddSingleton<StripeGateway>();
    }

    static SocketsHttpHandler Connections() => new() { PooledConnectionLifetime = TimeSpan.FromMinutes(5) };
}
