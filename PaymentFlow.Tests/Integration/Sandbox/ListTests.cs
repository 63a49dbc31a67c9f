// cspell:ignore colour
using System.Globalization;
using System.Net;
using Microsoft.Extensions.Time.Testing;
using PaymentFlow.StripeSandbox.Lists;
using Stripe;

namespace PaymentFlow.Tests.Integration.Sandbox;

/// <summary>Lists of PaymentIntents and events.</summary>
public sealed class ListTests : IAsyncLifetime
{
    SandboxHost _sandbox = null!;

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _sandbox = await SandboxHost.StartAsync();

    public ValueTask DisposeAsync() => _sandbox.DisposeAsync();

    [Fact]
    public async Task Events_are_kept_without_a_webhook_endpoint_and_paged_newest_first()
    {
        var ids = new List<string>();
        for (var i = 0; i < 7; i++) ids.Add((await _sandbox.CreateAsync()).Id);

        var walked = new List<string>();
        await foreach (var happened in _sandbox.Stripe.V1.Events.ListAutoPagingAsync(new() { Limit = 3 }, cancellationToken: Token))
            walked.Add(Assert.IsType<PaymentIntent>(happened.Data.Object).Id);
        Assert.Equal(ids.AsEnumerable().Reverse(), walked);

        var newest = (await ListAsync(new() { Limit = 1 })).Single();
        Assert.Equal(newest.Id, (await _sandbox.Stripe.V1.Events.GetAsync(newest.Id, cancellationToken: Token)).Id);
        await _sandbox.CreateAsync();
        await _sandbox.CreateAsync();
        Assert.Equal(2, (await ListAsync(new() { EndingBefore = newest.Id })).Count());
        Assert.Equal(6, (await ListAsync(new() { StartingAfter = newest.Id })).Count());
    }

    [Fact]
    public async Task Events_can_be_filtered_by_type_time_and_delivery()
    {
        var paid = await _sandbox.PayAsync();
        await Assert.ThrowsAsync<StripeException>(() => _sandbox.PayAsync("pm_card_chargeDeclined"));

        Assert.Single(await ListAsync(new() { Type = "payment_intent.succeeded" }));
        Assert.Equal(2, (await ListAsync(new() { Types = ["payment_intent.succeeded", "payment_intent.payment_failed"] })).Count());
        Assert.Equal(2, (await ListAsync(new() { Type = "charge.*" })).Count());
        Assert.Empty(await ListAsync(new() { Created = new DateRangeOptions { GreaterThan = paid.Created.AddHours(1) } }));
        Assert.Equal(6, (await ListAsync(new() { Created = new DateRangeOptions { GreaterThanOrEqual = paid.Created } })).Count());
        Assert.Equal(6, (await ListAsync(new() { DeliverySuccess = true })).Count());
        Assert.Empty(await ListAsync(new() { DeliverySuccess = false }));
    }

    [Fact]
    public async Task Events_are_listed_for_30_days()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(56));
        await using var sandbox = await SandboxHost.StartAsync(time: time);
        await sandbox.CreateAsync();
        time.Advance(TimeSpan.FromDays(29));
        var old = Assert.Single(await sandbox.Stripe.V1.Events.ListAsync(cancellationToken: Token));

        time.Advance(TimeSpan.FromDays(2));

        Assert.Empty(await sandbox.Stripe.V1.Events.ListAsync(cancellationToken: Token));
        await Assert.ThrowsAsync<StripeException>(() => sandbox.Stripe.V1.Events.GetAsync(old.Id, cancellationToken: Token));
    }

    [Fact]
    public void An_index_drops_its_oldest_entries_above_its_limit_and_keeps_the_order_of_the_others()
    {
        var register = new OrderedIndex<string>(keep: 100);
        for (var i = 0; i < 1000; i++) register.Set($"{i}", $"{i}");

        Assert.InRange(register.Count, 100, 110);
        Assert.Null(register.Find("0"));
        Assert.Null(register.Walk("0", newer: true, 10, _ => true));
        Assert.Equal("950", register.Find("950"));
        Assert.Equal(["949", "948"], register.Walk("950", newer: false, 2, _ => true));
        Assert.Equal(["951", "953"], register.Walk("950", newer: true, 2, v => int.Parse(v, CultureInfo.InvariantCulture) % 2 == 1));
        register.Set("950", "changed");
        Assert.Equal(["changed"], register.Walk("951", newer: false, 1, _ => true));
    }

    [Theory]
    [InlineData("limit=0")]
    [InlineData("limit=101")]
    [InlineData("starting_after=evt_none")]
    [InlineData("starting_after=a&ending_before=b")]
    [InlineData("types[]=charge.succeeded&type=charge.failed")]
    [InlineData("created[gte]=yesterday")]
    [InlineData("colour=red")]
    public async Task An_invalid_list_request_is_refused(string query)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/v1/events?{query}");
        request.Headers.Authorization = new("Bearer", SandboxHost.ApiKey);
        using var response = await _sandbox.Http.SendAsync(request, Token);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("invalid_request_error", (await WireAnswer.ReadAsync(response)).Error.GetProperty("type").GetString());
    }

    [Fact]
    public async Task An_unknown_event_is_404()
    {
        var missing = await Assert.ThrowsAsync<StripeException>(() =>
            _sandbox.Stripe.V1.Events.GetAsync("evt_none", cancellationToken: Token));

        Assert.Equal((HttpStatusCode.NotFound, "resource_missing"), (missing.HttpStatusCode, missing.StripeError.Code));
    }

    [Fact]
    public async Task PaymentIntents_are_listed_and_the_ledger_has_failed_charges_too()
    {
        var intent = await _sandbox.CreateAsync();
        await Assert.ThrowsAsync<StripeException>(() => _sandbox.ConfirmAsync(intent.Id, "pm_card_chargeDeclined"));
        await _sandbox.ConfirmAsync(intent.Id, "pm_card_visa");
        await _sandbox.PayAsync();

        Assert.Equal(["failed", "succeeded"], (await _sandbox.LedgerAsync(intent.Id)).GetProperty("charges").EnumerateArray()
            .Select(c => c.GetProperty("status").GetString()));
        var intents = await _sandbox.Stripe.V1.PaymentIntents.ListAsync(
            new() { Limit = 10, Expand = ["data.latest_charge"] }, cancellationToken: Token);
        Assert.Equal(2, intents.Count());
        Assert.All(intents, i => Assert.Equal("succeeded", i.LatestCharge.Status));
    }

    async Task<IEnumerable<Event>> ListAsync(EventListOptions options) =>
        await _sandbox.Stripe.V1.Events.ListAsync(options, cancellationToken: Token);
}
