using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using PaymentFlow.Tests.Hosting;
using PaymentFlow.Tests.Fixtures;

namespace PaymentFlow.Tests.Browser;

/// <summary>
/// A second Web with settings of its own, and with it a second PaymentApi that sends customers back to it, on the databases,
/// the Kafka and the sandbox of the first.
/// </summary>
static class Replica
{
    /// <returns>What to stop by <see cref="TestHost.StopAsync"/>.</returns>
    public static Task<RunningApp> StartAsync(PaymentFlowApp app, params (string Name, string Value)[] settingsOfWeb) =>
        TestHost.StartAsync(model: builder =>
        {
            var payments = builder.AddProject<Projects.PaymentFlow_PaymentApi>("payment-api")
                .WithEnvironment("ConnectionStrings__paymentsdb", app.PaymentsDb)
                .WithEnvironment("ConnectionStrings__kafka", app.KafkaBootstrap)
                .WithEnvironment("services__order-service__http__0", Origin(app.OrderService))
                .WithEnvironment("Stripe__ApiKey", "sk_test_sandbox_paymentflow")
                .WithEnvironment("Stripe__ApiBase", Origin(app.StripeSandbox))
                .WithEnvironment("Stripe__WebhookSecrets__0", "whsec_of_the_replica")
                .WithEnvironment("Operator__Key", app.OperatorKey)
                .WithEnvironment("Services__Key", app.ServiceKey)
                .WithHttpHealthCheck("/health");
            var web = builder.AddProject<Projects.PaymentFlow_Web>("web")
                .WithEnvironment("ConnectionStrings__kafka", app.KafkaBootstrap)
                .WithEnvironment("services__order-service__http__0", Origin(app.OrderService))
                .WithReference(payments)
                .WithEnvironment("Operator__Key", app.OperatorKey)
                .WithEnvironment("Services__Key", app.ServiceKey)
                .WithHttpHealthCheck("/health");
            foreach (var (name, value) in settingsOfWeb) web.WithEnvironment(name, value);
            payments.WithEnvironment("Clients__AllowedOrigins__0", web.GetEndpoint("http"));
        });

    static string Origin(Uri address) => address.GetLeftPart(UriPartial.Authority);
}
