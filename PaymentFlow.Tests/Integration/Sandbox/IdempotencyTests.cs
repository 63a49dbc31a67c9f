using System.Net;
using Microsoft.Extensions.DependencyInjection;
using PaymentFlow.StripeSandbox.Ledger;

namespace PaymentFlow.Tests.Integration.Sandbox;

public sealed class IdempotencyTests : IAsyncLifetime
{
    const string Intents = "/v1/payment_intents";
    static readonly Dictionary<string, string> Visa = new() { ["payment_method"] = "pm_card_visa" };

    SandboxHost _sandbox = null!;

    public async ValueTask InitializeAsync() => _sandbox = await SandboxHost.StartAsync();

    public ValueTask DisposeAsync() => _sandbox.DisposeAsync();

    [Fact]
    public async Task A_repeated_request_gets_the_same_body_and_is_marked_as_replayed()
    {
        var form = new Dictionary<string, string> { ["amount"] = "500", ["currency"] = "eur", ["metadata[a]"] = "1" };
        var first = await _sandbox.PostAsync(Intents, form, "create");
        var repeat = await _sandbox.PostAsync(Intents, form.Reverse().ToDictionary(), "create");

        Assert.Equal(HttpStatusCode.OK, repeat.Status);
        Assert.Equal(first.Body, repeat.Body);
        Assert.False(first.Headers.ContainsKey("Idempotent-Replayed"));
        Assert.Equal("true", repeat.Headers["Idempotent-Replayed"]);
        Assert.Equal(first.Headers["Request-Id"], repeat.Headers["Original-Request"]);
        Assert.NotEqual(first.Headers["Request-Id"], repeat.Headers["Request-Id"]);
        Assert.Equal("create", repeat.Headers["Idempotency-Key"]);
    }

    [Fact]
    public async Task A_decline_is_replayed_unchanged_even_after_another_card_has_paid()
    {
        var intent = await _sandbox.CreateAsync();
        var confirm = $"{Intents}/{intent.Id}/confirm";
        var lost = new Dictionary<string, string> { ["payment_method"] = "pm_card_visa_chargeDeclinedLostCard" };

        var declined = await _sandbox.PostAsync(confirm, lost, "attempt-1");
        var paid = await _sandbox.PostAsync(confirm, Visa, "attempt-2");
        var repeat = await _sandbox.PostAsync(confirm, lost, "attempt-1");

        Assert.Equal(HttpStatusCode.PaymentRequired, declined.Status);
        Assert.Equal(HttpStatusCode.OK, paid.Status);
        Assert.Equal((declined.Status, declined.Body), (repeat.Status, repeat.Body));
        Assert.Equal("true", repeat.Headers["Idempotent-Replayed"]);
        Assert.Single(await _sandbox.ChargesAsync());
    }

    [Fact]
    public async Task A_refusal_because_of_the_state_is_replayed_too()
    {
        var intent = await _sandbox.CreateAsync(change: o => (o.Confirm, o.PaymentMethod) = (true, "pm_card_visa"));

        var first = await _sandbox.PostAsync($"{Intents}/{intent.Id}/cancel", [], "cancel");
        var repeat = await _sandbox.PostAsync($"{Intents}/{intent.Id}/cancel", [], "cancel");

        Assert.Equal(HttpStatusCode.BadRequest, first.Status);
        Assert.Equal(first.Body, repeat.Body);
        Assert.Equal("true", repeat.Headers["Idempotent-Replayed"]);
    }

    [Fact]
    public async Task Other_parameters_or_another_endpoint_with_the_same_key_are_an_idempotency_error()
    {
        var intent = await _sandbox.CreateAsync();
        await _sandbox.PostAsync($"{Intents}/{intent.Id}/confirm", Visa, "key");

        var parameters = await _sandbox.PostAsync($"{Intents}/{intent.Id}/confirm", new() { ["payment_method"] = "pm_card_amex" }, "key");
        var endpoint = await _sandbox.PostAsync($"{Intents}/{intent.Id}/cancel", [], "key");

        foreach (var refused in (WireAnswer[])[parameters, endpoint])
        {
            Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
            Assert.Equal("idempotency_error", refused.Error.GetProperty("type").GetString());
        }
        Assert.Single(await _sandbox.ChargesAsync());
    }

    [Fact]
    public async Task A_request_refused_by_validation_does_not_use_its_key()
    {
        var refused = await _sandbox.PostAsync(Intents, new() { ["currency"] = "usd" }, "key");
        Assert.Equal((HttpStatusCode.BadRequest, "parameter_missing"), (refused.Status, refused.Error.GetProperty("code").GetString()));

        var made = await _sandbox.PostAsync(Intents, new() { ["currency"] = "usd", ["amount"] = "900" }, "key");

        Assert.Equal(HttpStatusCode.OK, made.Status);
        Assert.False(made.Headers.ContainsKey("Idempotent-Replayed"));
    }

    [Fact]
    public async Task A_request_with_a_key_in_use_gets_409_and_the_first_request_succeeds()
    {
        var intent = await _sandbox.CreateAsync();
        var slot = _sandbox.Services.GetRequiredService<SandboxState>().Find(intent.Id)!;
        var confirm = $"{Intents}/{intent.Id}/confirm";

        // While the test holds the PaymentIntent's gate, the first request cannot end.
        await slot.Gate.WaitAsync(TestContext.Current.CancellationToken);
        var both = (Task<WireAnswer>[])[_sandbox.PostAsync(confirm, Visa, "key"), _sandbox.PostAsync(confirm, Visa, "key")];
        var turnedAway = await Task.WhenAny(both);
        slot.Gate.Release();
        var (second, first) = (await turnedAway, await both.Single(t => t != turnedAway));

        Assert.Equal(
            (HttpStatusCode.Conflict, "idempotency_key_in_use"), (second.Status, second.Error.GetProperty("code").GetString()));
        Assert.Equal(HttpStatusCode.OK, first.Status);
        Assert.Equal(first.Body, (await _sandbox.PostAsync(confirm, Visa, "key")).Body);
        Assert.Single(await _sandbox.ChargesAsync());
    }

    [Fact]
    public async Task Fifty_requests_with_one_key_charge_once()
    {
        var intent = await _sandbox.CreateAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ =>
            _sandbox.PostAsync($"{Intents}/{intent.Id}/confirm", Visa, "one")));

        Assert.All(answers, a => Assert.Contains(a.Status, (HttpStatusCode[])[HttpStatusCode.OK, HttpStatusCode.Conflict]));
        Assert.Single(answers.Where(a => a.Status == HttpStatusCode.OK).Select(a => a.Body).Distinct());
        Assert.Single(await _sandbox.ChargesAsync());
    }

    [Fact]
    public async Task A_key_of_more_than_255_characters_is_refused()
    {
        var form = new Dictionary<string, string> { ["amount"] = "500", ["currency"] = "eur" };

        Assert.Equal(HttpStatusCode.OK, (await _sandbox.PostAsync(Intents, form, new string('k', 255))).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await _sandbox.PostAsync(Intents, form, new string('k', 256))).Status);
    }
}
