using Microsoft.Extensions.DependencyInjection;
using PaymentFlow.StripeSandbox;
using PaymentFlow.StripeSandbox.Events;
using PaymentFlow.Tests.Fixtures;
using Stripe;

namespace PaymentFlow.Tests.Integration.Sandbox;

public sealed class WebhookTests
{
    [Fact]
    public async Task Events_arrive_with_a_signature_that_Stripe_net_accepts()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var sandbox = await SandboxHost.StartAsync(webhooksTo: receiver.Address);
        var intent = await sandbox.CreateAsync();
        await sandbox.ConfirmAsync(intent.Id, "pm_card_visa", key: "the-key");

        var created = await receiver.NextAsync("payment_intent.created");
        var succeeded = await receiver.NextAsync("payment_intent.succeeded");
        var charged = await receiver.NextAsync("charge.succeeded");

        Assert.All([created, succeeded, charged], e => Assert.StartsWith("evt_", e.Id, StringComparison.Ordinal));
        Assert.Equal("2026-10-28.endive", succeeded.ApiVersion);
        Assert.False(succeeded.Livemode);
        Assert.Equal("the-key", succeeded.Request.IdempotencyKey);
        var paid = Assert.IsType<PaymentIntent>(succeeded.Data.Object);
        Assert.Equal((intent.Id, "succeeded"), (paid.Id, paid.Status));
        Assert.Equal(paid.LatestChargeId, Assert.IsType<Charge>(charged.Data.Object).Id);
    }

    [Fact]
    public async Task Every_outcome_has_its_event()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var sandbox = await SandboxHost.StartAsync(webhooksTo: receiver.Address);
        var intent = await sandbox.CreateAsync();

        await Assert.ThrowsAsync<StripeException>(() => sandbox.ConfirmAsync(intent.Id, "pm_card_chargeDeclinedIncorrectCvc"));
        var failed = Assert.IsType<PaymentIntent>((await receiver.NextAsync("payment_intent.payment_failed")).Data.Object);
        Assert.Equal("incorrect_cvc", failed.LastPaymentError.Code);

        await sandbox.ConfirmAsync(intent.Id, "pm_card_threeDSecure2Required");
        await receiver.NextAsync("payment_intent.requires_action");

        await sandbox.Stripe.V1.PaymentIntents.CancelAsync(intent.Id, cancellationToken: TestContext.Current.CancellationToken);
        await receiver.NextAsync("payment_intent.canceled");

        await sandbox.ConfirmAsync((await sandbox.CreateAsync()).Id, "pm_usBankAccount_processing");
        await receiver.NextAsync("payment_intent.processing");
    }

    [Fact]
    public async Task A_refused_webhook_is_sent_again_with_the_same_id()
    {
        await using var receiver = await WebhookReceiver.StartAsync(refuseFirst: 3);
        await using var sandbox = await SandboxHost.StartAsync(webhooksTo: receiver.Address);

        await sandbox.CreateAsync();
        var taken = await receiver.NextAsync("payment_intent.created");

        Assert.Equal([taken.Id], receiver.Refused.Distinct());
        Assert.Equal(3, receiver.Refused.Count);
    }

    [Fact]
    public async Task After_a_restart_only_undelivered_webhooks_are_sent_again()
    {
        using var folder = new TemporaryFolder();
        var journal = Path.Combine(folder.Path, "journal.ndjson");
        string first, second;
        await using (var receiver = await WebhookReceiver.StartAsync())
        {
            await using var before = await SandboxHost.StartAsync(journal, receiver.Address);
            first = (await before.CreateAsync()).Id;
            await receiver.NextAsync("payment_intent.created");
            // Until the sandbox has recorded the delivery, it may send the webhook again, as Stripe may.
            await Eventually.TrueAsync(() => before.Services.GetRequiredService<EventLog>().Undelivered.Count == 0);
        }
        await using (var receiver = await WebhookReceiver.StartAsync(refuseFirst: int.MaxValue))
        {
            await using var before = await SandboxHost.StartAsync(journal, receiver.Address);
            second = (await before.CreateAsync()).Id;
        }

        await using var later = await WebhookReceiver.StartAsync();
        await using var after = await SandboxHost.StartAsync(journal, later.Address);
        var sent = await later.NextAsync("payment_intent.created");

        Assert.Equal(second, ((PaymentIntent)sent.Data.Object).Id);
        Assert.DoesNotContain(later.Taken, e => ((PaymentIntent)e.Data.Object).Id == first);
    }

    [Fact]
    public async Task A_dead_endpoint_does_not_delay_payments()
    {
        await using var sandbox = await SandboxHost.StartAsync(webhooksTo: new Uri("http://127.0.0.1:1"));

        var intent = await sandbox.CreateAsync(change: o => (o.Confirm, o.PaymentMethod) = (true, "pm_card_visa"));

        Assert.Equal("succeeded", intent.Status);
    }

    [Fact]
    public void An_endpoint_without_a_secret_is_refused_at_start()
    {
        var wrong = Assert.Throws<SandboxSettingException>(
            () => SandboxApp.Create([.. SandboxHost.Arguments("unused"), "--services:payment-api:http:0=http://localhost:5201"]));

        Assert.Contains("Sandbox:WebhookSecret", wrong.Message, StringComparison.Ordinal);
    }

    sealed class TemporaryFolder : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("paymentflow-webhooks-").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
