using System.Diagnostics;
using Npgsql;
using PaymentFlow.Tests.Hosting;
using PaymentFlow.Tests.Fixtures;
using PaymentFlow.Tests.Integration.Payments;

namespace PaymentFlow.Tests.Integration.Reconciliation;

/// <summary>Its tests share one app and run one after another, for Stripe's faults hit whoever calls next.</summary>
[CollectionDefinition(nameof(FaultyStripeApp))]
public sealed class FaultyStripeTestsCollection : ICollectionFixture<FaultyStripeApp>;

/// <summary>
/// A PaymentFlow whose Stripe fails when it is told to and delivers no webhook, so that only asking again finds the truth.
/// </summary>
public sealed class FaultyStripeApp : IAsyncLifetime
{
    public const string SecondSecret = "whsec_while_one_is_rolled";

    public RunningApp App { get; private set; } = null!;

    public StripeAccount Stripe { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        App = await TestHost.StartAsync(environment: new Dictionary<string, string>
        {
            // Above what a test's own calls take on a busy machine: only what a test leaves alone is to be abandoned.
            ["Payments__AbandonAfter"] = "00:00:06",
            ["Payments__FirstCheck"] = "00:00:02",
            ["Payments__LookEvery"] = "00:00:00.2",
            ["Payments__ListEventsEvery"] = "00:00:02",
            ["Sandbox__WebhookEvents__0"] = "none",
            ["Stripe__WebhookSecrets__1"] = SecondSecret,
        });
        Stripe = new StripeAccount(App);
    }

    /// <summary>kill -9. The app host starts it again.</summary>
    public void KillPaymentApi()
    {
        using var process = Process.GetProcessById(App.ProcessIdOf("payment-api")!.Value);
        process.Kill();
        process.WaitForExit();
    }

    /// <summary>As if the payment had last moved that much longer ago: what would be asked then is asked now.</summary>
    public Task AgeAsync(Guid payment, TimeSpan by) => QueryAsync<bool>(
        """
        WITH aged AS (UPDATE payments SET updated_at = updated_at - $2, reconcile_at = now() WHERE id = $1),
            refunded AS (UPDATE refunds SET created_at = created_at - $2, reconcile_at = now() WHERE payment_id = $1)
        SELECT true
        """, payment, by);

    public async Task<T> QueryAsync<T>(string sql, params object[] parameters)
    {
        await using var connection = new NpgsqlConnection($"{await App.GetConnectionStringAsync("paymentsdb")};Pooling=false");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var parameter in parameters) command.Parameters.Add(new() { Value = parameter });
        return (T)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }

    public async ValueTask DisposeAsync() => await TestHost.StopAsync(App);
}
