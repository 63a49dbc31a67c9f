using System.Diagnostics;
using System.Net;
using PaymentFlow.AppHost.Embedded;
using PaymentFlow.Tests.Fixtures;
using PaymentFlow.Tests.Integration.Payments;

namespace PaymentFlow.Tests.Integration.Embedded;

/// <summary>The engine, from within: what it does with the processes and the data that it looks after.</summary>
public sealed class EngineTests
{
    static readonly HttpClient Http = new();

    [Fact]
    public async Task A_service_and_a_Postgres_that_are_killed_are_started_again_and_the_log_says_so()
    {
        var app = await TestHost.StartAsync();
        try
        {
            var customer = await Customer.OrdersAsync(app);
            foreach (var name in (string[])["order-service", "postgres"])
            {
                var first = app.ProcessIdOf(name)!.Value;
                using (var process = Process.GetProcessById(first)) process.Kill();

                await Eventually.TrueAsync(() => app.ProcessIdOf(name) is { } second && second != first);
                Assert.Contains(app.LogsOf(name), line => line.Contains("starting it again", StringComparison.Ordinal));
            }

            await Eventually.TrueAsync(async () => await IsHealthyAsync(app.GetEndpoint("order-service")));
            Assert.Equal(HttpStatusCode.OK, await StatusOfAsync(app, customer));
        }
        finally
        {
            await TestHost.StopAsync(app);
        }
    }

    [Fact]
    public async Task A_second_start_keeps_the_orders_a_fresh_one_does_not_and_folders_share_nothing()
    {
        var folder = TestHost.NewDataFolder();
        var elsewhere = await TestHost.StartAsync();
        try
        {
            var app = await TestHost.StartAsync(folder);
            var customer = await Customer.OrdersAsync(app);
            var charge = await customer.PayAsync();
            Assert.Equal(HttpStatusCode.NotFound, await StatusOfAsync(elsewhere, customer));
            await app.DisposeAsync();

            app = await TestHost.StartAsync(folder);
            Assert.Equal(HttpStatusCode.OK, await StatusOfAsync(app, customer));
            Assert.Contains(
                charge["orderId"]!, await Http.GetStringAsync(
                    new Uri(app.GetEndpoint("stripe-sandbox"), "/_sandbox/charges"), TestContext.Current.CancellationToken),
                StringComparison.Ordinal);
            await app.DisposeAsync();

            app = await TestHost.StartAsync(folder, fresh: true);
            Assert.Equal(HttpStatusCode.NotFound, await StatusOfAsync(app, customer));
            await TestHost.StopAsync(app);
        }
        finally
        {
            await TestHost.StopAsync(elsewhere);
        }
    }

    [Fact]
    public async Task A_lost_or_wrong_password_is_named_and_the_database_stays()
    {
        var folder = TestHost.NewDataFolder();
        var password = Path.Combine(folder, "postgres.password");
        await (await StartPostgresAsync()).DisposeAsync();
        var right = await File.ReadAllTextAsync(password, TestContext.Current.CancellationToken);

        File.Delete(password);
        Assert.Contains(password, await RefusalAsync(), StringComparison.Ordinal);
        await File.WriteAllTextAsync(password, "wrong", TestContext.Current.CancellationToken);
        Assert.Contains(password, await RefusalAsync(), StringComparison.Ordinal);
        await File.WriteAllTextAsync(password, right, TestContext.Current.CancellationToken);

        var app = await StartPostgresAsync();
        Assert.DoesNotContain(app.LogsOf("postgres"), line => line.Contains("creating the database cluster", StringComparison.Ordinal));
        await TestHost.StopAsync(app);

        Task<DistributedApplication> StartPostgresAsync() => TestHost.StartAsync(folder, model: builder => builder.AddPostgres("postgres"));

        async Task<string> RefusalAsync() =>
            Assert.IsType<EmbeddedException>((await Assert.ThrowsAsync<InvalidOperationException>(StartPostgresAsync)).InnerException).Message;
    }

    static async Task<HttpStatusCode> StatusOfAsync(DistributedApplication app, Customer customer)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(app.GetEndpoint("order-service"), $"/orders/{customer.OrderId}"));
        request.Headers.Authorization = new("Bearer", customer.Secret);
        using var response = await Http.SendAsync(request, TestContext.Current.CancellationToken);
        return response.StatusCode;
    }

    static async Task<bool> IsHealthyAsync(Uri service)
    {
        try
        {
            using var response = await Http.GetAsync(new Uri(service, "/health"), TestContext.Current.CancellationToken);
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
