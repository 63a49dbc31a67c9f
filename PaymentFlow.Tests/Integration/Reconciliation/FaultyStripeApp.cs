using System.Diagnostics;
using Npgsql;
using PaymentFlow.AppHost.Development;
using PaymentFlow.Testing.Hosting;
using PaymentFlow.Tests.Fixtures;
using PaymentFlow.Tests.Integration.Payments;

namespace PaymentFlow.Tests.Integration.Reconciliation;

/// <summary>These tests share one app and run one after another, because a fault of Stripe hits the next call of any test.</summary>
[CollectionDefinition(nameof(FaultyStripeApp))]
public sealed class FaultyStripeTestsCollection : ICollectionFixture<FaultyStripeApp>;

/// <summary>
/// A PaymentFlow whose Stripe fails on command and delivers no webhook, so that PaymentApi learns outcomes only by asking Stripe.
/// </summary>
public sealed class FaultyStripeApp : IAsyncLifetime
{
    public const string SecondSecret = "whsec_while_one_is_rolled";

    public RunningApp App { get; private set; } = null!;

    public StripeAccount Stripe { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        // The endpoint is registered for no event of Stripe's.
        var noWebhooks = StripeSandboxExtensions.WebhookEvents.Index()
            .Select(type => KeyValuePair.Create($"Sandbox__WebhookEvents__{type.Index}", "none"));
        App = await TestHost.StartAsync(environment: new Dictionary<string, string>(noWebhooks)
        {
            // Longer than the calls of a test take on a busy machine, so that no payment in use is abandoned.
            ["Payments__AbandonAfter"] = "00:00:06",
            ["Payments__FirstCheck"] = "00:00:02",
            ["Payments__LookEvery"] = "00:00:00.2",
            ["Payments__ListEventsEvery"] = "00:00:02",
            ["Stripe__WebhookSecrets__1"] = SecondSecret,
        });
        Stripe = new StripeAccount(App);
    }

    /// <summary>Kills PaymentApi with SIGKILL. The app host starts it again.</summary>
    public void KillPaymentApi()
    {
        using var process = Process.GetProcessById(App.ProcessIdOf("payment-api")!.Value);
        process.Kill();
        process.WaitForExit();
    }

    /// <summary>Moves the payment's last change into the past and makes its next check due now.</summary>
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
