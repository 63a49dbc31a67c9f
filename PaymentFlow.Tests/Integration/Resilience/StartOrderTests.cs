using System.Globalization;
using System.Net;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Npgsql;
using PaymentFlow.AppHost;
using PaymentFlow.AppHost.Development;
using PaymentFlow.Testing.Hosting;
using PaymentFlow.Tests.Fixtures;
using PaymentFlow.Tests.Integration.Payments;

namespace PaymentFlow.Tests.Integration.Resilience;

/// <summary>Every service starts before Postgres, before Kafka and before the services that it calls.</summary>
public sealed class StartOrderTests : IAsyncLifetime
{
    static readonly HttpClient Http = new();

    readonly Gate _postgres = new();
    readonly Gate _kafka = new();
    RunningApp _servers = null!;
    RunningApp _app = null!;
    string _ordersDb = "";
    string _paymentsDb = "";

    public async ValueTask InitializeAsync()
    {
        _servers = await TestHost.StartAsync(model: builder =>
        {
            builder.AddLocalKafka("kafka", "payments", "orders");
            builder.AddLocalPostgres("postgres").WithDataFolder(builder.DataFolder()).AddDatabase("ordersdb");
        });
        _ordersDb = await _servers.GetConnectionStringAsync("ordersdb");
        // This database does not exist yet. The administrator may create it.
        _paymentsDb = $"{await _servers.GetConnectionStringAsync("postgres")};Database=paymentsdb";
        _app = await TestHost.StartAsync(model: Define);
    }

    [Fact]
    public async Task Services_report_missing_dependencies_and_take_payments_as_soon_as_the_database_is_there()
    {
        // While only the processes run, the services are alive but not ready, because their databases are missing.
        foreach (var service in (string[])["order-service", "payment-api"])
        {
            await Eventually.TrueAsync(async () => await HealthAsync(service) is (HttpStatusCode.ServiceUnavailable, var missing)
                && missing.StartsWith("Unhealthy", StringComparison.Ordinal)
                && missing.Contains("PostgreSql: ", StringComparison.Ordinal)
                && missing.Contains("migration: ", StringComparison.Ordinal)
                && missing.Contains("kafka: ", StringComparison.Ordinal));
            Assert.Equal(HttpStatusCode.OK, (await AskAsync(service, "/alive")).Status);
        }
        await Eventually.TrueAsync(async () =>
            await HealthAsync("web") is (HttpStatusCode.OK, var missing) && missing.Contains("push: ", StringComparison.Ordinal));
        var processes = Processes();

        // With their databases the services are ready. Without Kafka they are Degraded, but take payments.
        _postgres.Open("127.0.0.1", new NpgsqlConnectionStringBuilder(_ordersDb).Port);
        foreach (var service in (string[])["order-service", "payment-api"])
        {
            await Eventually.TrueAsync(async () => await HealthAsync(service) is (HttpStatusCode.OK, var missing)
                && missing.StartsWith("Degraded\n", StringComparison.Ordinal) && missing.Contains("kafka: ", StringComparison.Ordinal));
        }
        var customer = await Customer.OrdersAsync(_app);
        var answer = await customer.PayAsync();
        Assert.Equal((HttpStatusCode.OK, "succeeded"), (answer.Status, answer["status"]));

        // With Kafka the waiting events arrive without further action.
        var kafka = (await _servers.GetConnectionStringAsync("kafka")).Split(':');
        _kafka.Open(kafka[0], int.Parse(kafka[1], CultureInfo.InvariantCulture));
        await using var live = NpgsqlDataSource.Create(_ordersDb);
        await Eventually.TrueAsync(async () =>
        {
            await using var status = live.CreateCommand("SELECT status FROM orders WHERE id = $1");
            status.Parameters.Add(new() { Value = customer.OrderId });
            return await status.ExecuteScalarAsync(TestContext.Current.CancellationToken) is "paid";
        });
        foreach (var service in (string[])["order-service", "payment-api", "web"])
            await Eventually.TrueAsync(async () => await HealthAsync(service) is (HttpStatusCode.OK, "Healthy"));
        // No process was restarted.
        Assert.Equal(processes, Processes());

        // The health answer names a peer that is down.
        await using (await _app.KeepDownAsync("order-service"))
        {
            foreach (var service in (string[])["payment-api", "web"])
                await Eventually.TrueAsync(async () =>
                    (await HealthAsync(service)).Body.Contains("order-service: ", StringComparison.Ordinal));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await TestHost.StopAsync(_app);
        await TestHost.StopAsync(_servers);
        await _postgres.DisposeAsync();
        await _kafka.DisposeAsync();
    }

    /// <summary>The model of AppHost.cs without a start order and with gates in front of the servers.</summary>
    void Define(IDistributedApplicationBuilder builder)
    {
        var orders = builder.AddProject<Projects.PaymentFlow_OrderService>("order-service");
        var payments = builder.AddProject<Projects.PaymentFlow_PaymentApi>("payment-api");
        var web = builder.AddProject<Projects.PaymentFlow_Web>("web");
        var sandbox = builder.AddProject<Projects.PaymentFlow_StripeSandbox>("stripe-sandbox").WithReference(payments)
            .WithEnvironment("Sandbox__ApiKey", "sk_test_sandbox_start")
            .WithEnvironment("Sandbox__WebhookSecret", "whsec_start")
            .WithEnvironment("Sandbox__JournalPath", Path.Combine(builder.DataFolder(), "stripe-sandbox.journal"));
        foreach (var service in new[] { orders, payments, web })
        {
            service.WithReference(orders).WithReference(payments)
                .WithEnvironment("ConnectionStrings__kafka", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{_kafka.Port}"))
                .WithEnvironment("ConnectionStrings__ordersdb", Through(_ordersDb))
                .WithEnvironment("ConnectionStrings__paymentsdb", Through(_paymentsDb))
                .WithEnvironment("Services__Key", "service-key").WithEnvironment("Operator__Key", "operator-key").WithSigningKeys()
                .WithEnvironment("Merchant__ApiKey", "merchant-key")
                .WithEnvironment("Clients__AllowedOrigins__0", web.GetEndpoint("http"));
        }
        payments.WithEnvironment("Stripe__ApiKey", "sk_test_sandbox_start").WithEnvironment("Stripe__WebhookSecrets__0", "whsec_start")
            .WithEnvironment("Stripe__ApiBase", sandbox.GetEndpoint("http"));
    }

    string Through(string connectionString) =>
        new NpgsqlConnectionStringBuilder(connectionString) { Host = "127.0.0.1", Port = _postgres.Port }.ConnectionString;

    IReadOnlyList<int?> Processes() => [.. ((string[])["order-service", "payment-api", "web"]).Select(_app.ProcessIdOf)];

    Task<(HttpStatusCode Status, string Body)> HealthAsync(string service) => AskAsync(service, "/health");

    async Task<(HttpStatusCode Status, string Body)> AskAsync(string service, string path)
    {
        try
        {
            using var response = await Http.GetAsync(new Uri(_app.GetEndpoint(service), path), TestContext.Current.CancellationToken);
            return (response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        }
        catch (HttpRequestException)
        {
            // The service does not listen yet.
            return default;
        }
    }
}
