using Microsoft.Extensions.Configuration;

namespace PaymentFlow.AppHost;

/// <summary>What PaymentFlow consists of, once, for both engines: .NET Aspire and the embedded one.</summary>
public static class AppModel
{
    public static void Define(IDistributedApplicationBuilder builder)
    {
#if USE_ASPIRE
        Console.WriteLine("PaymentFlow runs by .NET Aspire (UseAspire=true).");
#else
        Console.WriteLine("PaymentFlow runs by its embedded engine, without Aspire or Docker (UseAspire=false).");
#endif
        var kafka = Kafka(builder);
        var (paymentsDb, ordersDb) = Databases(builder);
        var operatorKey = Secret(builder, "operator-key");
        var merchantKey = Secret(builder, "merchant-key");
        var serviceKey = Secret(builder, "service-key");

        var orders = builder.AddProject<Projects.PaymentFlow_OrderService>("order-service")
            .WithReference(ordersDb).WaitFor(ordersDb)
            .WithReference(kafka).WaitFor(kafka)
            .WithEnvironment("Operator__Key", operatorKey)
            .WithEnvironment("Merchant__ApiKey", merchantKey)
            .WithEnvironment("Services__Key", serviceKey)
            .WithHttpHealthCheck("/health");

        var payments = builder.AddProject<Projects.PaymentFlow_PaymentApi>("payment-api")
            .WithReference(paymentsDb).WaitFor(paymentsDb)
            .WithReference(kafka).WaitFor(kafka)
            .WithReference(orders)
            .WithEnvironment("Operator__Key", operatorKey)
            .WithEnvironment("Services__Key", serviceKey)
            .WithHttpHealthCheck("/health");
        orders.WithReference(payments);

        var web = builder.AddProject<Projects.PaymentFlow_Web>("web")
            .WithReference(kafka).WaitFor(kafka)
            .WithReference(orders).WaitFor(orders)
            .WithReference(payments).WaitFor(payments)
            .WithEnvironment("Operator__Key", operatorKey)
            .WithEnvironment("Services__Key", serviceKey)
            .WithHttpHealthCheck("/health")
            .WithExternalHttpEndpoints();

        orders.WithEnvironment("Clients__AllowedOrigins__0", web.GetEndpoint("http"));
        payments.WithEnvironment("Clients__AllowedOrigins__0", web.GetEndpoint("http"));

        if (builder.Configuration["Stripe:ApiKey"] is { Length: > 0 } apiKey) UseStripe(builder, apiKey, payments, web);
        else UseSandbox(builder, payments);
    }

    static IResourceBuilder<IResourceWithConnectionString> Kafka(IDistributedApplicationBuilder builder) =>
        builder.Configuration.GetConnectionString("kafka") is { Length: > 0 }
            ? builder.AddConnectionString("kafka")
            : builder.AddKafka("kafka").WithDataVolume();

    static (IResourceBuilder<IResourceWithConnectionString> Payments, IResourceBuilder<IResourceWithConnectionString> Orders) Databases(
        IDistributedApplicationBuilder builder)
    {
        if (builder.Configuration.GetConnectionString("postgres") is not { Length: > 0 } server)
        {
            var postgres = builder.AddPostgres("postgres").WithDataVolume();
            return (postgres.AddDatabase("paymentsdb"), postgres.AddDatabase("ordersdb"));
        }
        return (OnServer("paymentsdb"), OnServer("ordersdb"));

        IResourceBuilder<IResourceWithConnectionString> OnServer(string database)
        {
            builder.Configuration[$"ConnectionStrings:{database}"] ??= $"{server.TrimEnd(';')};Database={database}";
            return builder.AddConnectionString(database);
        }
    }

    static void UseStripe(
        IDistributedApplicationBuilder builder, string apiKey,
        IResourceBuilder<ProjectResource> payments, IResourceBuilder<ProjectResource> web)
    {
        payments.WithEnvironment("Stripe__ApiKey", builder.AddParameter("stripe-api-key", apiKey, secret: true));
        var secrets = builder.Configuration.GetSection("Stripe:WebhookSecrets").Get<string[]>() ?? [];
        for (var i = 0; i < secrets.Length; i++)
        {
            payments.WithEnvironment(
                $"Stripe__WebhookSecrets__{i}", builder.AddParameter($"stripe-webhook-secret-{i}", secrets[i], secret: true));
        }
        if (builder.Configuration["Stripe:PublishableKey"] is { Length: > 0 } publishableKey)
            web.WithEnvironment("Stripe__PublishableKey", publishableKey);
    }

    /// <summary>A local Stripe for development without keys. It never stands in for the real one in production.</summary>
    static void UseSandbox(IDistributedApplicationBuilder builder, IResourceBuilder<ProjectResource> payments)
    {
        const string ApiKey = "sk_test_sandbox_paymentflow";
        var webhookSecret = Secret(builder, "sandbox-webhook-secret");
        var sandbox = builder.AddProject<Projects.PaymentFlow_StripeSandbox>("stripe-sandbox")
            .WithReference(payments)
            .WithEnvironment("Sandbox__ApiKey", ApiKey)
            .WithEnvironment("Sandbox__WebhookSecret", webhookSecret)
            .WithEnvironment("Sandbox__JournalPath", Path.Combine(DataFolder(builder), "stripe-sandbox.journal"))
            .WithHttpHealthCheck("/health");
        payments
            .WithEnvironment("Stripe__ApiKey", ApiKey)
            .WithEnvironment("Stripe__ApiBase", sandbox.GetEndpoint("http"))
            .WithEnvironment("Stripe__WebhookSecrets__0", webhookSecret)
            .WaitFor(sandbox);
    }

    static IResourceBuilder<ParameterResource> Secret(IDistributedApplicationBuilder builder, string name) =>
        builder.AddParameter(name, new GenerateParameterDefault { MinLength = 32, Special = false }, secret: true, persist: true);

    static string DataFolder(IDistributedApplicationBuilder builder) =>
        builder.Configuration["DataFolder"] ?? Path.Combine(builder.AppHostDirectory, "..", ".paymentflow");
}
