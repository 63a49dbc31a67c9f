using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using PaymentFlow.AppHost;
using PaymentFlow.Tests.Fixtures;
using PaymentFlow.Tests.Integration.Payments;
using PaymentFlow.Tests.Integration.Resilience;

namespace PaymentFlow.Tests.Integration.AppHost;

/// <summary>The commands that the dashboard offers on the resources. Each reports what it did.</summary>
[Collection(nameof(OutageApp))]
public sealed class DashboardCommandsTests(OutageApp app)
{
    [Fact]
    public async Task The_sandbox_declines_the_next_payment_and_all_faults_can_be_cleared()
    {
        var customer = await Customer.OrdersAsync(app.App);
        Assert.Contains("declined", await app.App.CommandAsync("stripe-sandbox", "decline-next"), StringComparison.Ordinal);
        Assert.Equal("card_declined", (await customer.PayAsync()).Code);
        Assert.Equal("succeeded", (await customer.PayAsync())["status"]);

        Assert.NotEmpty(await app.App.CommandAsync("stripe-sandbox", "never-answer"));
        Assert.NotEmpty(await app.App.CommandAsync("stripe-sandbox", "webhooks-astray"));
        Assert.NotEmpty(await app.App.CommandAsync("stripe-sandbox", "clear-faults"));
        using HttpClient http = new();
        foreach (var (path, left) in (IEnumerable<(string, string)>)
            [("/_sandbox/faults", "\"left\":[]"), ("/_sandbox/webhooks", "\"duplicate\":0")])
        {
            var settings = await http.GetStringAsync(
                new Uri(app.App.GetEndpoint("stripe-sandbox"), path), TestContext.Current.CancellationToken);
            Assert.Contains(left, settings, StringComparison.Ordinal);
        }
        var next = await Customer.OrdersAsync(app.App);
        Assert.Equal("succeeded", (await next.PayAsync())["status"]);
        await app.OrderIsAsync("paid", next.OrderId);
    }

    [Fact]
    public async Task Kafka_loses_everything_and_keeps_its_address()
    {
        var before = await app.App.GetConnectionStringAsync("kafka");
        for (var loss = 0; loss < 2; loss++)
        {
            Assert.Contains("deleted", await app.App.CommandAsync("kafka", "lose-everything"), StringComparison.Ordinal);
            var customer = await Customer.OrdersAsync(app.App);
            Assert.Equal("succeeded", (await customer.PayAsync())["status"]);
            await app.OrderIsAsync("paid", customer.OrderId);
        }
        Assert.Equal(before, await app.App.GetConnectionStringAsync("kafka"));
    }

    [Fact]
    public async Task Postgres_starts_afresh()
    {
        var customer = await Customer.OrdersAsync(app.App);

        Assert.Contains("empty", await app.App.CommandAsync("postgres", "start-afresh"), StringComparison.Ordinal);

        foreach (var service in (string[])["order-service", "payment-api", "web"]) await app.ReadyAsync(service);
        Assert.Equal(0, await app.QueryAsync<long>("ordersdb", "SELECT count(*) FROM orders WHERE id = $1", customer.OrderId));
        var next = await Customer.OrdersAsync(app.App);
        Assert.Equal("succeeded", (await next.PayAsync())["status"]);
        await app.OrderIsAsync("paid", next.OrderId);
    }

    /// <summary>
    /// Aspire tells that Postgres is ready, and at this moment Postgres may stop again. A service can't be started while this fails.
    /// </summary>
    [Fact]
    public async Task A_database_is_created_as_soon_as_Postgres_is_back()
    {
        var database = app.App.Services.GetRequiredService<DistributedApplicationModel>().Resources
            .OfType<LocalPostgresDatabaseResource>().First(resource => resource.Name == "ordersdb");
        Task created;
        await using (await app.App.KeepDownAsync("postgres"))
        {
            created = LocalPostgresExtensions.CreateAsync(database, TestContext.Current.CancellationToken);
            await Assert.ThrowsAnyAsync<NpgsqlException>(() => app.QueryAsync<int>("postgres", "SELECT 1"));
            Assert.False(created.IsCompleted);
        }
        await created;
        foreach (var service in (string[])["order-service", "payment-api"]) await app.ReadyAsync(service);
    }
}
