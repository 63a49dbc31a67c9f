using System.Globalization;
using Microsoft.Extensions.Configuration;
using PaymentFlow.AppHost.Development;

namespace PaymentFlow.AppHost;

/// <summary>The three services of a deployment.</summary>
sealed record Services(
    IResourceBuilder<ProjectResource> Orders, IResourceBuilder<ProjectResource> Payments, IResourceBuilder<ProjectResource> Web)
{
    public IEnumerable<IResourceBuilder<ProjectResource>> All => [Orders, Payments, Web];

    /// <summary>
    /// The pages that may call the APIs: Web's, and those of a team's own shop (<c>Clients:AllowedOrigins</c>). Checkout links lead to
    /// Web's address, or to <c>Checkout:BaseUrl</c>.
    /// </summary>
    public void AllowOrigins(IConfiguration configuration, Action<IResourceBuilder<ProjectResource>, string> allowWeb)
    {
        const string BaseUrl = "Checkout__BaseUrl";
        if (configuration["Checkout:BaseUrl"] is { Length: > 0 } address) Orders.WithEnvironment(BaseUrl, address);
        else allowWeb(Orders, BaseUrl);
        var others = configuration.GetSection("Clients:AllowedOrigins").Get<string[]>() ?? [];
        foreach (var service in new[] { Orders, Payments })
        {
            allowWeb(service, "Clients__AllowedOrigins__0");
            for (var i = 0; i < others.Length; i++) service.WithEnvironment($"Clients__AllowedOrigins__{i + 1}", others[i]);
        }
    }
}

/// <summary>The keys of a topic's events: the first signs, each of them verifies.</summary>
sealed record TopicKeys(string Topic, IReadOnlyList<IResourceBuilder<ParameterResource>> Keys);

static class ServiceExtensions
{
    /// <summary>
    /// A service with external HTTP endpoints, for customers' browsers, a team's own shop and Stripe's webhooks.
    /// <c>Replicas:NAME</c> sets the number of replicas.
    /// </summary>
    public static IResourceBuilder<ProjectResource> AddService<TProject>(this IDistributedApplicationBuilder builder, string name)
        where TProject : IProjectMetadata, new()
    {
        var replicas = 1;
        if (builder.Configuration[$"Replicas:{name}"] is { Length: > 0 } text
            && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out replicas) || replicas < 1))
            DevelopmentExtensions.Stop($"Replicas:{name} is '{text}': set it to a whole number of at least 1.");
        return builder.AddProject<TProject>(name)
            .WithHttpHealthCheck("/health")
            .WithExternalHttpEndpoints()
            .WithReplicas(replicas)
            .AsBuiltProgram(hasProxy: replicas > 1)
            // Inject connection strings only; Aspire's separate host, user and password variables would expose the password a second time.
            .WithReferenceEnvironment(
                ReferenceEnvironmentInjectionFlags.ConnectionString | ReferenceEnvironmentInjectionFlags.ServiceDiscovery)
            // Aspire would trust forwarded headers from every sender. The services trust only the proxies in Proxies:Known.
            .DisableForwardedHeaders()
            // Keep query values redacted: the URL of a return from the bank contains Stripe's client secret.
            .WithEnvironment("OTEL_DOTNET_EXPERIMENTAL_ASPNETCORE_DISABLE_URL_QUERY_REDACTION", "false")
            .WithEnvironment("OTEL_DOTNET_EXPERIMENTAL_HTTPCLIENT_DISABLE_URL_QUERY_REDACTION", "false");
    }

    /// <summary>
    /// A secret that is generated once. User secrets store it in development, the deployment's secret store when published.
    /// </summary>
    public static IResourceBuilder<ParameterResource> AddGeneratedSecret(this IDistributedApplicationBuilder builder, string name) =>
        builder.AddParameter(name, new GenerateParameterDefault { MinLength = 32, Special = false }, secret: true, persist: true);

    /// <summary>
    /// The generated key of a topic's events, the parameter <c>TOPIC-event-key</c>. While a key is replaced, <c>TOPIC-event-key-second</c>
    /// is accepted as well.
    /// </summary>
    public static TopicKeys AddEventKeys(this IDistributedApplicationBuilder builder, string topic) =>
        new(topic, builder.AddGeneratedKeys($"{topic}-event-key"));

    /// <summary>
    /// A generated key, the parameter <paramref name="name"/>, and, while it is replaced, a second one that is accepted as well,
    /// <c>NAME-second</c>.
    /// </summary>
    public static IReadOnlyList<IResourceBuilder<ParameterResource>> AddGeneratedKeys(
        this IDistributedApplicationBuilder builder, string name)
    {
        List<IResourceBuilder<ParameterResource>> keys = [builder.AddGeneratedSecret(name)];
        var second = $"{name}-second";
        if (builder.Configuration[$"Parameters:{second}"] is { Length: > 0 }) keys.Add(builder.AddParameter(second, secret: true));
        return keys;
    }

    /// <summary>The keys that encrypt the secrets of webhook endpoints in the database.</summary>
    public static IResourceBuilder<ProjectResource> WithWebhookKeys(
        this IResourceBuilder<ProjectResource> service, IReadOnlyList<IResourceBuilder<ParameterResource>> keys)
    {
        for (var i = 0; i < keys.Count; i++) service.WithEnvironment($"Webhooks__Keys__{i}", keys[i]);
        return service;
    }

    public static IResourceBuilder<ProjectResource> WithEventKeys(
        this IResourceBuilder<ProjectResource> service, params ReadOnlySpan<TopicKeys> topics)
    {
        foreach (var (topic, keys) in topics)
            for (var i = 0; i < keys.Count; i++) service.WithEnvironment($"Events__Keys__{topic}__{i}", keys[i]);
        return service;
    }

    public static IResourceBuilder<ProjectResource> WithApiReference(this IResourceBuilder<ProjectResource> service) =>
        service.WithUrlForEndpoint("http", url => url.DisplayText = "API")
            .WithUrlForEndpoint("http", _ => new() { Url = "/scalar", DisplayText = "API reference" });

    /// <summary>Passes <c>Operator:Oidc:*</c> on to Web, where operators sign in at the team's own OpenID Connect provider.</summary>
    public static IResourceBuilder<ProjectResource> WithOperatorSignIn(this IResourceBuilder<ProjectResource> web)
    {
        foreach (var setting in web.ApplicationBuilder.Configuration.GetSection("Operator:Oidc").GetChildren())
        {
            if (setting.Value is not { Length: > 0 } value) continue;
            if (setting.Key.Equals("ClientSecret", StringComparison.OrdinalIgnoreCase))
            {
                web.WithEnvironment("Operator__Oidc__ClientSecret",
                    web.ApplicationBuilder.AddParameter("operator-oidc-client-secret", value, secret: true));
            }
            else
            {
                web.WithEnvironment($"Operator__Oidc__{setting.Key}", value);
            }
        }
        return web;
    }

    /// <summary>
    /// Passes <c>Operator:TraceUrl</c> on to Web, whose console links to traces. In development, Aspire's dashboard shows them.
    /// </summary>
    public static IResourceBuilder<ProjectResource> WithTraceLinks(this IResourceBuilder<ProjectResource> web)
    {
        var builder = web.ApplicationBuilder;
        var url = builder.Configuration["Operator:TraceUrl"];
        if (string.IsNullOrEmpty(url) && builder.ExecutionContext.IsRunMode
            && builder.Configuration["ASPNETCORE_URLS"]?.Split(';')[0] is { Length: > 0 } dashboard)
            url = $"{dashboard.TrimEnd('/')}/traces/detail/{{traceId}}";
        return string.IsNullOrEmpty(url) ? web : web.WithEnvironment("Operator__TraceUrl", url);
    }

    /// <summary>Passes the settings of the checkout's look (<c>Checkout:*</c>) on to Web.</summary>
    public static IResourceBuilder<ProjectResource> WithCheckoutBranding(this IResourceBuilder<ProjectResource> web)
    {
        foreach (var setting in (string[])["Name", "LogoUrl", "AccentColor", "ReturnAfter"])
        {
            if (web.ApplicationBuilder.Configuration[$"Checkout:{setting}"] is { Length: > 0 } value)
                web.WithEnvironment($"Checkout__{setting}", value);
        }
        return web;
    }

    /// <summary>Development with the team's own Stripe account. The keys come from user secrets or the environment.</summary>
    public static void UseStripeAccount(this IDistributedApplicationBuilder builder, Services services, string apiKey)
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

    /// <summary>For deployments: Stripe's keys are parameters that the deployment supplies.</summary>
    public static void UseStripeParameters(this IDistributedApplicationBuilder builder, Services services)
    {
        services.Payments
            .WithEnvironment("Stripe__ApiKey", builder.AddParameter("stripe-api-key", secret: true))
            .WithEnvironment("Stripe__WebhookSecrets__0", builder.AddParameter("stripe-webhook-secret", secret: true));
        // A second secret is valid while the first one is being replaced.
        if (builder.Configuration["Parameters:stripe-webhook-secret-new"] is { Length: > 0 })
            services.Payments.WithEnvironment("Stripe__WebhookSecrets__1", builder.AddParameter("stripe-webhook-secret-new", secret: true));
        services.Web.WithEnvironment("Stripe__PublishableKey", builder.AddParameter("stripe-publishable-key"));
    }

    /// <summary>For deployments: the services trust the forwarded headers of the proxies in <c>Proxies:Known</c>.</summary>
    public static void TrustProxies(this IDistributedApplicationBuilder builder, Services services)
    {
        foreach (var proxy in builder.Configuration.GetSection("Proxies:Known").GetChildren())
            foreach (var service in services.All) service.WithEnvironment($"Proxies__Known__{proxy.Key}", proxy.Value);
    }

    /// <summary>For deployments: Web answers only to the hosts in <c>AllowedHosts</c>, if that is set.</summary>
    public static void AllowHosts(this IDistributedApplicationBuilder builder, Services services)
    {
        if (builder.Configuration["AllowedHosts"] is { Length: > 0 } hosts) services.Web.WithEnvironment("AllowedHosts", hosts);
    }

    /// <summary>
    /// For deployments: the services verify Postgres' certificate and name unless <c>Postgres:SslMode</c> or a connection string says
    /// otherwise.
    /// </summary>
    public static void VerifyPostgres(this IDistributedApplicationBuilder builder, Services services)
    {
        foreach (var service in new[] { services.Orders, services.Payments })
            service.WithEnvironment("Postgres__SslMode", builder.Configuration["Postgres:SslMode"] ?? "VerifyFull");
    }

    /// <summary>
    /// For deployments: reads <c>Kafka:SecurityProtocol</c> (SaslSsl by default; Plaintext within a private network) and
    /// <c>Kafka:SaslMechanism</c> (Plain by default). User and password are parameters: each service's own, if
    /// <c>kafka-username-SERVICE</c> is set, or the shared ones.
    /// </summary>
    public static void SignInToKafka(this IDistributedApplicationBuilder builder, Services services)
    {
        var protocol = builder.Configuration["Kafka:SecurityProtocol"] ?? "SaslSsl";
        if (protocol == "Plaintext") return;
        IResourceBuilder<ParameterResource>? user = null, password = null;
        foreach (var service in services.All)
        {
            var (own, ownPassword) = ($"kafka-username-{service.Resource.Name}", $"kafka-password-{service.Resource.Name}");
            var isOwn = builder.Configuration[$"Parameters:{own}"] is { Length: > 0 };
            var name = isOwn ? builder.AddParameter(own) : user ??= builder.AddParameter("kafka-username");
            var secret = isOwn ? builder.AddParameter(ownPassword, secret: true)
                : password ??= builder.AddParameter("kafka-password", secret: true);
            foreach (var client in new[] { "Producer", "Consumer" })
            {
                var config = $"Aspire__Confluent__Kafka__{client}__Config__";
                service.WithEnvironment(config + "SecurityProtocol", protocol)
                    .WithEnvironment(config + "SaslMechanism", builder.Configuration["Kafka:SaslMechanism"] ?? "Plain")
                    .WithEnvironment(config + "SaslUsername", name)
                    .WithEnvironment(config + "SaslPassword", secret);
            }
        }
    }
}
