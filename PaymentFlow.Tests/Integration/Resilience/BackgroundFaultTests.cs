using Npgsql;
using PaymentFlow.Tests.Fixtures;
using PaymentFlow.Tests.Integration.Payments;

namespace PaymentFlow.Tests.Integration.Resilience;

/// <summary>A failure in the background that is no outage, such as a missing table, must not end the service that takes payments.</summary>
[Collection(nameof(OutageApp))]
public sealed class BackgroundFaultTests(OutageApp app)
{
    static readonly string[] Tables = ["refunds", "stripe_events", "leases"];

    [Fact]
    public async Task Workers_whose_tables_are_missing_fail_repeatedly_while_PaymentApi_takes_payments()
    {
        await app.ReadyAsync("payment-api");
        // After failures the delivery check pauses for up to half a minute. End the pauses that earlier tests have caused.
        var earlier = await Customer.OrdersAsync(app.App);
        Assert.Equal("succeeded", (await earlier.PayAsync())["status"]);
        await IsCheckedAsync(earlier);
        var process = app.App.ProcessIdOf("payment-api");
        var customer = await Customer.OrdersAsync(app.App);
        await RenameAsync("", "_missing");
        try
        {
            foreach (var words in (string[])["The reconciliation failed", "Webhooks could not be applied", "The delivery check failed"])
            {
                await Eventually.TrueAsync(() =>
                    app.App.LogsOf("payment-api").Count(line => line.Contains(words, StringComparison.Ordinal)) > 1);
            }
            Assert.Equal("succeeded", (await customer.PayAsync())["status"]);
            await app.OrderIsAsync("paid", customer.OrderId);
        }
        finally
        {
            await RenameAsync("_missing", "");
        }

        Assert.Equal(process, app.App.ProcessIdOf("payment-api"));
        // The workers have gone on.
        await IsCheckedAsync(customer);
    }

    /// <summary>Waits until the delivery check has noted that the customer's event is applied.</summary>
    Task IsCheckedAsync(Customer customer) => Eventually.TrueAsync(async () => await app.QueryAsync<long>("paymentsdb",
        "SELECT count(*) FROM outbox WHERE key = $1 AND applied_at IS NOT NULL", customer.OrderId.ToString()) == 1);

    async Task RenameAsync(string from, string to)
    {
        await using NpgsqlConnection connection = new($"{await app.App.GetConnectionStringAsync("paymentsdb")};Pooling=false");
        await connection.OpenAsync(CancellationToken.None);
        foreach (var table in Tables)
        {
            await using NpgsqlCommand rename = new($"ALTER TABLE {table}{from} RENAME TO {table}{to}", connection);
            await rename.ExecuteNonQueryAsync(CancellationToken.None);
        }
    }
}
