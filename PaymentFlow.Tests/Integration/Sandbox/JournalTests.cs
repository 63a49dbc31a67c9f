using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using PaymentFlow.AppHost.Development;
using PaymentFlow.StripeSandbox;
using PaymentFlow.Tests.Fixtures;
using Stripe;

namespace PaymentFlow.Tests.Integration.Sandbox;

public sealed class JournalTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("paymentflow-journal-").FullName;

    string Journal => Path.Combine(_folder, "journal.ndjson");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_restart_keeps_everything_except_an_incomplete_last_line()
    {
        var form = new Dictionary<string, string> { ["payment_method"] = "pm_card_visa", ["expand[]"] = "latest_charge" };
        string paid, open, challenged, declinedBody;
        WireAnswer confirmed;
        await using (var before = await SandboxHost.StartAsync(Journal))
        {
            paid = (await before.CreateAsync(4200)).Id;
            confirmed = await before.PostAsync($"/v1/payment_intents/{paid}/confirm", form, "pay");
            open = (await before.CreateAsync()).Id;
            declinedBody = (await before.PostAsync(
                $"/v1/payment_intents/{open}/confirm",
                new() { ["payment_method"] = "pm_card_chargeDeclinedExpiredCard" },
                "declined")).Body;
            challenged = (await before.ConfirmAsync(
                (await before.CreateAsync()).Id, "pm_card_threeDSecure2Required", "https://shop.example/")).Id;
        }
        await System.IO.File.AppendAllTextAsync(
            Journal, """{"intent":{"id":"pi_torn","client_sec""", TestContext.Current.CancellationToken);

        for (var restart = 0; restart < 2; restart++)
        {
            await using var after = await SandboxHost.StartAsync(Journal);

            Assert.Equal("succeeded", (await after.GetAsync(paid)).Status);
            Assert.Equal("card_error", (await after.GetAsync(open)).LastPaymentError.Type);
            Assert.Equal("https://shop.example/", (await after.GetAsync(challenged)).NextAction.RedirectToUrl.ReturnUrl);
            var charge = (await after.ChargesAsync()).Single(c => c.PaymentIntent == paid);
            Assert.Equal((4200, "order-1"), (charge.Amount, charge.Metadata["order_id"]));

            var replay = await after.PostAsync($"/v1/payment_intents/{paid}/confirm", form, "pay");
            Assert.Equal((confirmed.Status, confirmed.Body), (replay.Status, replay.Body));
            Assert.Equal("true", replay.Headers["Idempotent-Replayed"]);
            Assert.Equal(confirmed.Headers["Request-Id"], replay.Headers["Original-Request"]);
            var declined = await after.PostAsync(
                $"/v1/payment_intents/{open}/confirm", new() { ["payment_method"] = "pm_card_chargeDeclinedExpiredCard" }, "declined");
            Assert.Equal((HttpStatusCode.PaymentRequired, declinedBody), (declined.Status, declined.Body));

            // Lines written after the incomplete one must be readable at the next start.
            await after.CreateAsync(change: o => (o.Confirm, o.PaymentMethod) = (true, "pm_card_visa"));
            Assert.Equal(2 + restart, (await after.ChargesAsync()).Count);
        }
    }

    [Fact]
    public async Task The_ledger_and_the_events_are_the_same_after_a_restart()
    {
        string ledger, events;
        await using (var before = await SandboxHost.StartAsync(Journal))
        {
            await Assert.ThrowsAsync<StripeException>(() => before.PayAsync("pm_card_chargeDeclined"));
            await before.RefundAsync((await before.PayAsync()).Id, 100);
            var disputed = await before.PayAsync();
            using var opened = await before.Http.PostAsJsonAsync(
                "/_sandbox/disputes", new { payment_intent = disputed.Id }, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.OK, opened.StatusCode);
            (ledger, events) = await ReadAsync(before);
        }

        await using var after = await SandboxHost.StartAsync(Journal);
        Assert.Equal((ledger, events), await ReadAsync(after));
        Assert.Contains("needs_response", ledger, StringComparison.Ordinal);
        Assert.Contains("charge.dispute.created", events, StringComparison.Ordinal);

        static async Task<(string, string)> ReadAsync(SandboxHost sandbox)
        {
            using var list = new HttpRequestMessage(HttpMethod.Get, "/v1/events?limit=100");
            list.Headers.Authorization = new("Bearer", SandboxHost.ApiKey);
            using var response = await sandbox.Http.SendAsync(list, TestContext.Current.CancellationToken);
            return (await sandbox.Http.GetStringAsync("/_sandbox/ledger", TestContext.Current.CancellationToken),
                (await WireAnswer.ReadAsync(response)).Body);
        }
    }

    [Fact]
    public async Task After_kill_9_under_load_every_answered_payment_is_in_the_ledger()
    {
        var address = new Uri($"http://127.0.0.1:{FreePort.Next()}");
        var told = new ConcurrentBag<string>();
        using (var sandbox = await RunAsync(address))
        {
            var stripe = SandboxHost.ClientOf(address, SandboxHost.ApiKey);
            var customers = Enumerable.Range(0, 16).Select(_ => PayUntilItDiesAsync(stripe, told)).ToArray();
            await Eventually.TrueAsync(() => told.Count >= 200);
            sandbox.Kill();
            await sandbox.WaitForExitAsync(TestContext.Current.CancellationToken);
            await Task.WhenAll(customers);
        }

        await using var after = await SandboxHost.StartAsync(Journal);
        var charges = await after.ChargesAsync();

        Assert.Empty(told.Except(charges.Select(c => c.PaymentIntent)));
        Assert.Equal(charges.Count, charges.Select(c => c.PaymentIntent).Distinct().Count());
    }

    [Fact]
    public async Task An_error_names_a_journal_that_is_in_use_or_damaged_in_the_middle()
    {
        await using (await SandboxHost.StartAsync(Journal))
        {
            var second = await Assert.ThrowsAsync<SandboxSettingException>(() => SandboxHost.StartAsync(Journal));
            Assert.Contains("Sandbox:JournalPath", second.Message, StringComparison.Ordinal);
        }

        await System.IO.File.WriteAllTextAsync(Journal, "{\"intent\":{\n{}\n", TestContext.Current.CancellationToken);
        var damaged = await Assert.ThrowsAsync<SandboxSettingException>(() => SandboxHost.StartAsync(Journal));
        Assert.Contains("line 1", damaged.Message, StringComparison.Ordinal);
        Assert.Equal("{\"intent\":{\n{}\n", await System.IO.File.ReadAllTextAsync(Journal, TestContext.Current.CancellationToken));
    }

    static async Task PayUntilItDiesAsync(StripeClient stripe, ConcurrentBag<string> told)
    {
        try
        {
            while (true)
            {
                var paid = await stripe.V1.PaymentIntents.CreateAsync(new()
                {
                    Amount = 500,
                    Currency = "usd",
                    AllowedPaymentMethodTypes = ["card"],
                    PaymentMethod = "pm_card_visa",
                    Confirm = true,
                });
                told.Add(paid.Id);
            }
        }
        catch (Exception dead) when (dead is HttpRequestException or StripeException or IOException)
        {
            // The sandbox was killed. A payment without an answer may be in the ledger or not.
        }
    }

    async Task<Process> RunAsync(Uri address)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            ArgumentList = { Path.Combine(AppContext.BaseDirectory, "PaymentFlow.StripeSandbox.dll") },
            RedirectStandardOutput = false,
        };
        foreach (var argument in SandboxHost.Arguments(Journal)) start.ArgumentList.Add(argument);
        start.ArgumentList.Add($"--urls={address.GetLeftPart(UriPartial.Authority)}");
        var process = Process.Start(start)!;
        using var http = new HttpClient { BaseAddress = address };
        await Eventually.TrueAsync(async () =>
        {
            if (process.HasExited) throw new InvalidOperationException($"The sandbox ended at start with code {process.ExitCode}.");
            try
            {
                using var response = await http.GetAsync("/health", TestContext.Current.CancellationToken);
                return response.IsSuccessStatusCode;
            }
            catch (HttpRequestException)
            {
                // The sandbox does not listen yet.
                return false;
            }
        });
        return process;
    }
}
