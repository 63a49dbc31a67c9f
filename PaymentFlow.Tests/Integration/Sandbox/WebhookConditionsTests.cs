using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using PaymentFlow.Tests.Fixtures;

namespace PaymentFlow.Tests.Integration.Sandbox;

public sealed class WebhookConditionsTests : IAsyncLifetime
{
    const string Webhooks = "/_sandbox/webhooks";
    const int Many = 40;

    WebhookReceiver _receiver = null!;
    SandboxHost _sandbox = null!;

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _receiver = await WebhookReceiver.StartAsync();
        _sandbox = await SandboxHost.StartAsync(webhooksTo: _receiver.Address);
    }

    public async ValueTask DisposeAsync()
    {
        await _sandbox.DisposeAsync();
        await _receiver.DisposeAsync();
    }

    [Fact]
    public async Task Duplicated_webhooks_arrive_twice_with_the_same_id()
    {
        await SetAsync(new { duplicate = 1, maxDelaySeconds = 0.05 });
        for (var i = 0; i < Many; i++) await _sandbox.CreateAsync();

        await Eventually.TrueAsync(() => _receiver.Arrived.Count == 2 * Many);

        Assert.All(_receiver.Arrived.CountBy(e => e.Id), e => Assert.Equal(2, e.Value));
    }

    [Fact]
    public async Task Reordered_webhooks_arrive_after_later_ones_and_none_is_missing()
    {
        await SetAsync(new { reorder = 0.5, maxDelaySeconds = 0.5, seed = 7 });
        for (var i = 0; i < Many; i++) await _sandbox.CreateAsync();

        await Eventually.TrueAsync(() => _receiver.Arrived.Count == Many);

        var made = (await _sandbox.Stripe.V1.Events.ListAsync(new() { Limit = 100 }, cancellationToken: Token))
            .Select(e => e.Id).Reverse().ToList();
        var arrived = _receiver.Arrived.Select(e => e.Id).ToList();
        Assert.Equal(made.Order(StringComparer.Ordinal), arrived.Order(StringComparer.Ordinal));
        Assert.NotEqual(made, arrived);
    }

    [Fact]
    public async Task Dropped_webhooks_never_arrive_but_their_events_are_listed_as_undelivered()
    {
        await SetAsync(new { drop = 0.5, seed = 3 });
        for (var i = 0; i < Many; i++) await _sandbox.CreateAsync();

        var lost = (await ReadAsync(await _sandbox.Http.GetAsync(Webhooks, Token))).GetProperty("dropped").GetInt32();
        Assert.InRange(lost, 1, Many - 1);
        await Eventually.TrueAsync(async () => (await CountAsync(delivered: true)) == Many - lost);
        Assert.Equal((lost, Many - lost), (await CountAsync(delivered: false), _receiver.Arrived.Count));

        await SetAsync(new { });
        await _sandbox.CreateAsync();
        await Eventually.TrueAsync(() => _receiver.Arrived.Count == Many - lost + 1);
    }

    [Fact]
    public async Task The_same_seed_gives_the_same_conditions()
    {
        var fates = new List<(int, int, int)>();
        for (var run = 0; run < 2; run++)
        {
            await SetAsync(new { drop = 0.3, duplicate = 0.3, reorder = 0.3, maxDelaySeconds = 0.01, seed = 42 });
            for (var i = 0; i < Many; i++) await _sandbox.CreateAsync();
            var report = await ReadAsync(await _sandbox.Http.GetAsync(Webhooks, Token));
            Assert.Equal(Many, report.GetProperty("events").GetInt32());
            fates.Add((
                report.GetProperty("dropped").GetInt32(),
                report.GetProperty("duplicated").GetInt32(),
                report.GetProperty("reordered").GetInt32()));
        }

        Assert.Equal(fates[0], fates[1]);
        Assert.All((int[])[fates[0].Item1, fates[0].Item2, fates[0].Item3], count => Assert.InRange(count, 1, Many - 1));
    }

    [Fact]
    public async Task Events_that_the_endpoint_does_not_receive_are_still_listed()
    {
        await using var sandbox = await SandboxHost.StartAsync(
            webhooksTo: _receiver.Address, settings: "--Sandbox:WebhookEvents:0=payment_intent.succeeded");
        await sandbox.PayAsync();

        await Eventually.TrueAsync(() => !_receiver.Arrived.IsEmpty);

        var events = await sandbox.Stripe.V1.Events.ListAsync(new() { Limit = 100 }, cancellationToken: Token);
        Assert.Equal(3, events.Count());
        Assert.Equal("payment_intent.succeeded", Assert.Single(_receiver.Arrived).Type);
    }

    [Theory]
    [InlineData("""{ "drop": 1.5 }""", "drop must be from 0 to 1")]
    [InlineData("""{ "maxDelaySeconds": -1 }""", "maxDelaySeconds must be")]
    public async Task Invalid_conditions_are_refused(string json, string because)
    {
        using var content = new StringContent(json, null, "application/json");
        using var refused = await _sandbox.Http.PutAsync(Webhooks, content, Token);

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains(because, await refused.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
    }

    async Task<int> CountAsync(bool delivered) =>
        (await _sandbox.Stripe.V1.Events.ListAsync(new() { Limit = 100, DeliverySuccess = delivered }, cancellationToken: Token)).Count();

    async Task SetAsync(object conditions)
    {
        using var response = await _sandbox.Http.PutAsJsonAsync(Webhooks, conditions, Token);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    static async Task<JsonElement> ReadAsync(HttpResponseMessage response) => await response.Content.ReadFromJsonAsync<JsonElement>(Token);
}
