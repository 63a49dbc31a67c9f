using System.Net;
using Stripe;

namespace PaymentFlow.Tests.Integration.Sandbox;

public sealed class PaymentIntentTests : IAsyncLifetime
{
    SandboxHost _sandbox = null!;

    public async ValueTask InitializeAsync() => _sandbox = await SandboxHost.StartAsync();

    public ValueTask DisposeAsync() => _sandbox.DisposeAsync();

    [Fact]
    public async Task A_payment_is_created_confirmed_and_retrieved_and_its_charge_is_in_the_ledger()
    {
        var created = await _sandbox.CreateAsync(2599);

        Assert.StartsWith("pi_", created.Id, StringComparison.Ordinal);
        Assert.StartsWith(created.Id + "_secret_", created.ClientSecret, StringComparison.Ordinal);
        Assert.Equal("requires_payment_method", created.Status);
        Assert.False(created.Livemode);
        Assert.Equal("never", created.AutomaticPaymentMethods.AllowRedirects);
        Assert.Empty(await _sandbox.ChargesAsync());

        var confirmed = await _sandbox.ConfirmAsync(created.Id, "pm_card_visa");
        Assert.Equal("succeeded", confirmed.Status);
        Assert.Equal(2599, confirmed.AmountReceived);
        Assert.Null(confirmed.NextAction);

        var read = await _sandbox.GetAsync(created.Id, "latest_charge", "payment_method");
        Assert.Equal("succeeded", read.Status);
        Assert.Equal("order-1", read.Metadata["order_id"]);
        Assert.True(read.LatestCharge.Paid);
        Assert.Equal("4242", read.LatestCharge.PaymentMethodDetails.Card.Last4);
        Assert.Equal("visa", read.PaymentMethod.Card.Brand);

        var charge = Assert.Single(await _sandbox.ChargesAsync());
        Assert.Equal(
            (confirmed.LatestChargeId, created.Id, 2599, "usd"), (charge.Id, charge.PaymentIntent, charge.Amount, charge.Currency));
        Assert.Equal("order-1", charge.Metadata["order_id"]);
        Assert.Equal(read.LatestCharge.Created, DateTimeOffset.FromUnixTimeSeconds(charge.Created).UtcDateTime);
    }

    [Fact]
    public async Task Create_with_confirm_charges_at_once()
    {
        var intent = await _sandbox.CreateAsync(change: o => (o.Confirm, o.PaymentMethod) = (true, "pm_card_mastercard"));

        Assert.Equal("succeeded", intent.Status);
        Assert.Equal(intent.LatestChargeId, Assert.Single(await _sandbox.ChargesAsync()).Id);
    }

    [Theory]
    [InlineData("pm_card_visa_chargeDeclined", "card_declined", "generic_decline", "Your card was declined.")]
    [InlineData("pm_card_visa_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds", "Your card has insufficient funds.")]
    [InlineData("pm_card_visa_chargeDeclinedLostCard", "card_declined", "lost_card", "Your card was declined.")]
    [InlineData("pm_card_visa_chargeDeclinedStolenCard", "card_declined", "stolen_card", "Your card was declined.")]
    [InlineData("pm_card_visa_chargeDeclinedVelocityLimitExceeded", "card_declined", "card_velocity_exceeded",
        "Your card was declined for making repeated attempts too frequently or exceeding its amount limit.")]
    [InlineData("pm_card_chargeDeclinedExpiredCard", "expired_card", null, "Your card has expired.")]
    [InlineData("pm_card_chargeDeclinedIncorrectCvc", "incorrect_cvc", null, "Your card's security code is incorrect.")]
    [InlineData("pm_card_chargeDeclinedProcessingError", "processing_error", null,
        "An error occurred while processing your card. Try again in a little bit.")]
    public async Task A_decline_is_a_card_error_with_its_PaymentIntent_which_stays_payable(
        string method, string code, string? declineCode, string message)
    {
        var created = await _sandbox.CreateAsync();

        var declined = await Assert.ThrowsAsync<StripeException>(() => _sandbox.ConfirmAsync(created.Id, method));

        Assert.Equal(HttpStatusCode.PaymentRequired, declined.HttpStatusCode);
        var error = declined.StripeError;
        Assert.Equal(("card_error", code, declineCode, message), (error.Type, error.Code, error.DeclineCode, error.Message));
        Assert.Equal(created.Id, error.PaymentIntent.Id);
        Assert.Equal("requires_payment_method", error.PaymentIntent.Status);
        Assert.StartsWith("https://docs.stripe.com/error-codes", error.DocUrl, StringComparison.Ordinal);

        var read = await _sandbox.GetAsync(created.Id, "latest_charge");
        Assert.Equal("requires_payment_method", read.Status);
        Assert.Null(read.PaymentMethodId);
        Assert.Equal((code, declineCode), (read.LastPaymentError.Code, read.LastPaymentError.DeclineCode));
        Assert.Equal("card", read.LastPaymentError.PaymentMethod.Type);
        Assert.Equal("failed", read.LatestCharge.Status);
        Assert.Empty(await _sandbox.ChargesAsync());

        var paid = await _sandbox.ConfirmAsync(created.Id, "pm_card_amex");
        Assert.Equal("succeeded", paid.Status);
        Assert.Null(paid.LastPaymentError);
        Assert.Single(await _sandbox.ChargesAsync());
    }

    [Theory]
    [InlineData("pm_card_visa")]
    [InlineData(null)]
    public async Task Confirming_a_succeeded_PaymentIntent_is_refused_with_an_error_that_contains_it(string? method)
    {
        var intent = await _sandbox.CreateAsync(change: o => (o.Confirm, o.PaymentMethod) = (true, "pm_card_visa"));

        var error = (await Assert.ThrowsAsync<StripeException>(() => _sandbox.ConfirmAsync(intent.Id, method!))).StripeError;

        Assert.Equal(("invalid_request_error", "payment_intent_unexpected_state"), (error.Type, error.Code));
        Assert.Equal("succeeded", error.PaymentIntent.Status);
        Assert.Single(await _sandbox.ChargesAsync());
    }

    [Fact]
    public async Task A_canceled_payment_can_be_neither_confirmed_nor_canceled_again()
    {
        var intent = await _sandbox.CreateAsync();
        var canceled = await _sandbox.Stripe.V1.PaymentIntents.CancelAsync(
            intent.Id, new() { CancellationReason = "requested_by_customer" }, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(("canceled", "requested_by_customer"), (canceled.Status, canceled.CancellationReason));
        Assert.NotNull(canceled.CanceledAt);

        var confirm = await Assert.ThrowsAsync<StripeException>(() => _sandbox.ConfirmAsync(intent.Id, "pm_card_visa"));
        var again = await Assert.ThrowsAsync<StripeException>(() => CancelAsync(intent.Id));

        foreach (var refused in (StripeException[])[confirm, again])
        {
            Assert.Equal(HttpStatusCode.BadRequest, refused.HttpStatusCode);
            Assert.Equal("payment_intent_unexpected_state", refused.StripeError.Code);
            Assert.Equal("canceled", refused.StripeError.PaymentIntent.Status);
        }
        Assert.Empty(await _sandbox.ChargesAsync());
    }

    [Fact]
    public async Task A_succeeded_payment_cannot_be_canceled()
    {
        var intent = await _sandbox.CreateAsync(change: o => (o.Confirm, o.PaymentMethod) = (true, "pm_card_visa"));

        var refused = await Assert.ThrowsAsync<StripeException>(() => CancelAsync(intent.Id));

        Assert.Equal("payment_intent_unexpected_state", refused.StripeError.Code);
        Assert.Equal("succeeded", refused.StripeError.PaymentIntent.Status);
        Assert.Equal("succeeded", (await _sandbox.GetAsync(intent.Id)).Status);
    }

    [Fact]
    public async Task Fifty_confirmations_at_once_make_one_charge()
    {
        var intent = await _sandbox.CreateAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(async _ =>
        {
            try
            {
                return (await _sandbox.ConfirmAsync(intent.Id, "pm_card_visa")).Status;
            }
            catch (StripeException refused)
            {
                return refused.StripeError.Code;
            }
        }));

        Assert.Single(answers, "succeeded");
        Assert.Equal(49, answers.Count(a => a == "payment_intent_unexpected_state"));
        Assert.Single(await _sandbox.ChargesAsync());
    }

    [Fact]
    public async Task Paying_and_canceling_at_the_same_time_have_one_outcome()
    {
        for (var round = 0; round < 20; round++)
        {
            var intent = await _sandbox.CreateAsync();
            await Task.WhenAll(Ignoring(_sandbox.ConfirmAsync(intent.Id, "pm_card_visa")), Ignoring(CancelAsync(intent.Id)));

            var status = (await _sandbox.GetAsync(intent.Id)).Status;
            Assert.Contains(status, (string[])["succeeded", "canceled"]);
            Assert.Equal(status == "succeeded" ? 1 : 0, (await _sandbox.ChargesAsync()).Count(c => c.PaymentIntent == intent.Id));
        }

        static async Task Ignoring(Task<PaymentIntent> call)
        {
            try
            {
                await call;
            }
            catch (StripeException)
            {
                // The second call is refused. The status shows which call was the first.
            }
        }
    }

    [Fact]
    public async Task A_PaymentIntent_created_with_a_payment_method_needs_only_a_confirmation()
    {
        var intent = await _sandbox.CreateAsync(change: o => o.PaymentMethod = "pm_card_visa");
        Assert.Equal("requires_confirmation", intent.Status);

        var confirmed = await _sandbox.ConfirmAsync(intent.Id, intent.PaymentMethodId);

        Assert.Equal("succeeded", confirmed.Status);
        Assert.Equal(intent.PaymentMethodId, confirmed.PaymentMethodId);
    }

    [Fact]
    public async Task A_bank_debit_stays_processing_and_is_not_charged()
    {
        var intent = await _sandbox.CreateAsync();

        Assert.Equal("processing", (await _sandbox.ConfirmAsync(intent.Id, "pm_usBankAccount_processing")).Status);
        Assert.Empty(await _sandbox.ChargesAsync());
    }

    [Fact]
    public async Task A_card_that_requires_authentication_is_declined_off_session()
    {
        var refused = await Assert.ThrowsAsync<StripeException>(() => _sandbox.CreateAsync(
            change: o => (o.Confirm, o.OffSession, o.PaymentMethod) = (true, true, "pm_card_authenticationRequired")));

        Assert.Equal(HttpStatusCode.PaymentRequired, refused.HttpStatusCode);
        Assert.Equal("authentication_required", refused.StripeError.Code);
        Assert.Equal("requires_payment_method", refused.StripeError.PaymentIntent.Status);
    }

    [Theory]
    [InlineData(49, "usd", "amount_too_small", "amount")]
    [InlineData(29, "gbp", "amount_too_small", "amount")]
    [InlineData(0, "usd", "parameter_invalid_integer", "amount")]
    [InlineData(-100, "usd", "parameter_invalid_integer", "amount")]
    [InlineData(100_000_000, "usd", "amount_too_large", "amount")]
    [InlineData(1235, "kwd", "parameter_invalid_integer", "amount")]
    [InlineData(50_050, "isk", "parameter_invalid_integer", "amount")]
    [InlineData(100, "xxx", null, "currency")]
    public async Task A_wrong_amount_or_currency_is_named(long amount, string currency, string? code, string param)
    {
        var refused = await Assert.ThrowsAsync<StripeException>(() => _sandbox.CreateAsync(amount, o => o.Currency = currency));

        Assert.Equal(HttpStatusCode.BadRequest, refused.HttpStatusCode);
        Assert.Equal(
            ("invalid_request_error", code, param),
            (refused.StripeError.Type, refused.StripeError.Code, refused.StripeError.Param));
    }

    [Fact]
    public async Task An_unknown_PaymentIntent_is_404_and_an_unknown_payment_method_is_400()
    {
        var nowhere = await Assert.ThrowsAsync<StripeException>(() => _sandbox.GetAsync("pi_nowhere"));
        var confirm = await Assert.ThrowsAsync<StripeException>(() => _sandbox.ConfirmAsync("pi_nowhere", "pm_card_visa"));
        var intent = await _sandbox.CreateAsync();
        var method = await Assert.ThrowsAsync<StripeException>(() => _sandbox.ConfirmAsync(intent.Id, "pm_card_nobody"));

        Assert.Equal((HttpStatusCode.NotFound, "resource_missing"), (nowhere.HttpStatusCode, nowhere.StripeError.Code));
        Assert.Equal((HttpStatusCode.NotFound, "resource_missing"), (confirm.HttpStatusCode, confirm.StripeError.Code));
        Assert.Equal(
            (HttpStatusCode.BadRequest, "resource_missing", "payment_method"),
            (method.HttpStatusCode, method.StripeError.Code, method.StripeError.Param));
        Assert.Equal("requires_payment_method", (await _sandbox.GetAsync(intent.Id)).Status);
    }

    [Fact]
    public async Task A_return_URL_is_required_when_redirects_are_allowed()
    {
        var intent = await _sandbox.CreateAsync(change: o => o.AutomaticPaymentMethods = null);

        var refused = await Assert.ThrowsAsync<StripeException>(() => _sandbox.ConfirmAsync(intent.Id, "pm_card_visa"));

        Assert.Contains("return_url", refused.Message, StringComparison.Ordinal);
        Assert.Equal("succeeded", (await _sandbox.ConfirmAsync(intent.Id, "pm_card_visa", "https://shop.example/back")).Status);
    }

    [Fact]
    public async Task A_wrong_key_is_401()
    {
        var refused = await Assert.ThrowsAsync<StripeException>(() => _sandbox.Client("sk_test_sandbox_other").V1.PaymentIntents.GetAsync(
            "pi_any", cancellationToken: TestContext.Current.CancellationToken));

        Assert.Equal(HttpStatusCode.Unauthorized, refused.HttpStatusCode);
        Assert.DoesNotContain("sandbox_other", refused.Message, StringComparison.Ordinal);
    }

    Task<PaymentIntent> CancelAsync(string id) =>
        _sandbox.Stripe.V1.PaymentIntents.CancelAsync(id, cancellationToken: TestContext.Current.CancellationToken);
}
