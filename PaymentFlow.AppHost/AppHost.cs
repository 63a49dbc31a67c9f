using Microsoft.Extensions.Configuration;

namespace PaymentFlow.AppHost;

/// <summary>
/// What PaymentFlow consists of, once, for both engines: .NET Aspire and the embedded one. Lines that only one of them has a
/// meaning for stand between <c>#if</c>; what is deployed differs in AppHost.Deployment.cs, and for Azure in AppHost.Azure.cs.
/// </summary>
public static class AppModel
{
    public static void Define(IDistributedApplicationBuilder builder)
    {
#if USE_ASPIRE
        Console.WriteLine("PaymentFlow runs by .NET Aspire (UseAspire=true).");
        if (builder.ExecutionContext.IsPublishMode)
        {
            Deployment.Define(builder);
            return;
        }
#else
        Console.WriteLine("PaymentFlow runs by its embedded engine, without Aspire or Docker (UseAspire=false).");
#endif
        var (paymentsDb, ordersDb) = Databases(builder);
        var services = AddServices(builder, Kafka(builder), paymentsDb, ordersDb);
        services.AllowOrigins(builder, (service, name) => service.WithEnvironment(name, services.Web.GetEndpoint("http")));
        if (builder.Configuration["Stripe:ApiKey"] is { Length: > 0 } apiKey) UseStripe(builder, apiKey, services);
        else UseSandbox(builder, services.Payments);
    }

    /// <summary>Our own services; on a developer's machine and deployed they are the same.</summary>
    internal static Services AddServices(
        IDistributedApplicationBuilder builder, IResourceBuilder<IResourceWithConnectionString> kafka,
        IResourceBuilder<IResourceWithConnectionString> paymentsDb, IResourceBuilder<IResourceWithConnectionString> ordersDb)
    {
        var operatorKey = Secret(builder, "operator-key");
        var merchantKey = Secret(builder, "merchant-key");
        var serviceKey = Secret(builder, "service-key");

        var orders = AddService<Projects.PaymentFlow_OrderService>(builder, "order-service")
            .WithReference(ordersDb).WaitFor(ordersDb)
            .WithReference(kafka).WaitFor(kafka)
            .WithEnvironment("Operator__Key", operatorKey)
            .WithEnvironment("Merchant__ApiKey", merchantKey)
            .WithEnvironment("Services__Key", serviceKey);

        var payments = AddService<Projects.PaymentFlow_PaymentApi>(builder, "payment-api")
            .WithReference(paymentsDb).WaitFor(paymentsDb)
            .WithReference(kafka).WaitFor(kafka)
            .WithReference(orders)
            .WithEnvironment("Operator__Key", operatorKey)
            .WithEnvironment("Services__Key", serviceKey);
        orders.WithReference(payments);

        var web = AddService<Projects.PaymentFlow_Web>(builder, "web")
            .WithReference(kafka).WaitFor(kafka)
            .WithReference(orders).WaitFor(orders)
            .WithReference(payments).WaitFor(payments)
            .WithEnvironment("Operator__Key", operatorKey)
            .WithEnvironment("Services__Key", serviceKey);
        UseOpenIdConnect(builder, web);
        return new Services(orders, payments, web);
    }

    /// <summary>Where the operators' console signs people in at a provider of the team's own; Web says what it lacks.</summary>
    static void UseOpenIdConnect(IDistributedApplicationBuilder builder, IResourceBuilder<ProjectResource> web)
    {
        foreach (var setting in builder.Configuration.GetSection("Operator:Oidc").GetChildren())
        {
            if (setting.Value is not { Length: > 0 } value) continue;
            if (setting.Key.Equals("ClientSecret", StringComparison.OrdinalIgnoreCase))
                web.WithEnvironment("Operator__Oidc__ClientSecret", builder.AddParameter("operator-oidc-client-secret", value, secret: true));
            else web.WithEnvironment($"Operator__Oidc__{setting.Key}", value);
        }
    }

    /// <summary>Customers' browsers, a team's own shop and Stripe's webhooks come from outside, so each has an address there.</summary>
    static IResourceBuilder<ProjectResource> AddService<TProject>(IDistributedApplicationBuilder builder, string name)
        where TProject : IProjectMetadata, new()
    {
        var service = builder.AddProject<TProject>(name).WithHttpHealthCheck("/health").WithExternalHttpEndpoints();
        var replicas = builder.Configuration.GetValue($"Replicas:{name}", 1);
#if USE_ASPIRE
        service
            // Not also as single variables: one copy of a password is enough.
            .WithReferenceEnvironment(ReferenceEnvironmentInjectionFlags.ConnectionString | ReferenceEnvironmentInjectionFlags.ServiceDiscovery)
            .WithReplicas(replicas)
            // ASP.NET Core's own switch trusts every sender; ours trusts the proxies in Proxies:Known.
            .DisableForwardedHeaders()
            // Aspire shows query values to developers: a return from the bank has Stripe's client secret among them.
            .WithEnvironment("OTEL_DOTNET_EXPERIMENTAL_ASPNETCORE_DISABLE_URL_QUERY_REDACTION", "false")
            .WithEnvironment("OTEL_DOTNET_EXPERIMENTAL_HTTPCLIENT_DISABLE_URL_QUERY_REDACTION", "false");
#else
        if (replicas != 1)
            throw new EmbeddedException($"Replicas:{name} needs .NET Aspire (UseAspire=true): the embedded engine runs one process of each service.");
#endif
        return service;
    }

    static IResourceBuilder<IResourceWithConnectionString> Kafka(IDistributedApplicationBuilder builder)
    {
        if (builder.Configuration.GetConnectionString("kafka") is { Length: > 0 }) return builder.AddConnectionString("kafka");
        var kafka = builder.AddKafka("kafka").WithDataVolume();
#if USE_ASPIRE
        kafka.WithKafkaUI(ui => ui.WithExplicitStart());
#endif
        return kafka;
    }

    static (IResourceBuilder<IResourceWithConnectionString> Payments, IResourceBuilder<IResourceWithConnectionString> Orders) Databases(
        IDistributedApplicationBuilder builder)
    {
        if (builder.Configuration.GetConnectionString("postgres") is { Length: > 0 } server)
            return (OnServer("paymentsdb"), OnServer("ordersdb"));

        var postgres = builder.AddPostgres("postgres").WithDataVolume();
#if USE_ASPIRE
        postgres.WithPgAdmin(admin => admin.WithExplicitStart());
#endif
        return (postgres.AddDatabase("paymentsdb"), postgres.AddDatabase("ordersdb"));

        IResourceBuilder<IResourceWithConnectionString> OnServer(string database)
        {
            builder.Configuration[$"ConnectionStrings:{database}"] ??= $"{server.TrimEnd(';')};Database={database}";
            return builder.AddConnectionString(database);
        }
    }

    static void UseStripe(IDistributedApplicationBuilder builder, string apiKey, Services services)
    {
        services.Payments.WithEnvironment("Stripe__ApiKey", builder.AddParameter("stripe-api-key", apiKey, secret: true));
        var secrets = builder.Configuration.GetSection("Stripe:WebhookSecrets").Get<string[]>() ?? [];
        for (var i = 0; i < secrets.Length; i++)
        {
            services.Payments.WithEnvironment(
                $"Stripe__WebhookSecrets__{i}", builder.AddParameter($"stripe-webhook-secret-{i}", secrets[i], secret: true));
        }
        if (builder.Configuration["Stripe:PublishableKey"] is { Length: > 0 } publishableKey)
            services.Web.WithEnvironment("Stripe__PublishableKey", publishableKey);
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

/// <summary>The three that a deployment consists of.</summary>
sealed record Services(
    IResourceBuilder<ProjectResource> Orders, IResourceBuilder<ProjectResource> Payments, IResourceBuilder<ProjectResource> Web)
{
    public IEnumerable<IResourceBuilder<ProjectResource>> All => [Orders, Payments, Web];

    /// <summary>Whose pages may call the APIs: Web's, and those of a team's own shop, by <c>Clients:AllowedOrigins</c>.</summary>
    public void AllowOrigins(IDistributedApplicationBuilder builder, Action<IResourceBuilder<ProjectResource>, string> allowWeb)
    {
        var others = builder.Configuration.GetSection("Clients:AllowedOrigins").Get<string[]>() ?? [];
        foreach (var service in new[] { Orders, Payments })
        {
            allowWeb(service, "Clients__AllowedOrigins__0");
            for (var i = 0; i < others.Length; i++) service.WithEnvironment($"Clients__AllowedOrigins__{i + 1}", others[i]);
        }
    }
}
