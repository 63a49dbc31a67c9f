using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using PaymentFlow.Tests.Fixtures;

namespace PaymentFlow.Tests.Integration.Sandbox;

public sealed class FaultTests : IAsyncLifetime
{
    const string Intents = "/v1/payment_intents";
    const string Faults = "/_sandbox/faults";
    static readonly Dictionary<string, string> Visa = new() { ["payment_method"] = "pm_card_visa" };

    SandboxHost _sandbox = null!;

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _sandbox = await SandboxHost.StartAsync();

    public ValueTask DisposeAsync() => _sandbox.DisposeAsync();

    [Fact]
    public async Task A_500_before_the_charge_changes_nothing_and_does_not_use_the_idempotency_key()
    {
        var intent = await _sandbox.CreateAsync();
        await PlanAsync("confirm", "error_before");

        var failed = await ConfirmAsync(intent.Id, "key");
        Assert.Equal((HttpStatusCode.InternalServerError, "api_error"), (failed.Status, failed.Error.GetProperty("type").GetString()));
        Assert.Empty(await _sandbox.ChargesAsync());

        var repeat = await ConfirmAsync(intent.Id, "key");
        Assert.Equal(HttpStatusCode.OK, repeat.Status);
        Assert.False(repeat.Headers.ContainsKey("Idempotent-Replayed"));
        Assert.Single(await _sandbox.ChargesAsync());
    }

    [Fact]
    public async Task A_500_after_the_charge_is_replayed_for_its_idempotency_key_even_after_a_restart()
    {
        var folder = Directory.CreateTempSubdirectory("paymentflow-faults-");
        var journal = Path.Combine(folder.FullName, "journal.ndjson");
        string id, body;
        await using (var sandbox = await SandboxHost.StartAsync(journal))
        {
            id = (await sandbox.CreateAsync()).Id;
            await PlanAsync("confirm", "error_after", sandbox: sandbox);

            var failed = await sandbox.PostAsync($"{Intents}/{id}/confirm", Visa, "key");
            var repeat = await sandbox.PostAsync($"{Intents}/{id}/confirm", Visa, "key");

            Assert.Equal((HttpStatusCode.InternalServerError, HttpStatusCode.InternalServerError), (failed.Status, repeat.Status));
            Assert.Equal("true", repeat.Headers["Idempotent-Replayed"]);
            Assert.Equal("succeeded", (await sandbox.GetAsync(id)).Status);
            body = failed.Body;
        }
        await using (var sandbox = await SandboxHost.StartAsync(journal))
        {
            Assert.Equal(body, (await sandbox.PostAsync($"{Intents}/{id}/confirm", Visa, "key")).Body);
            Assert.Single(await sandbox.ChargesAsync());
        }
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_hang_after_the_charge_ends_without_an_answer_and_a_repeat_gets_the_stored_success()
    {
        var intent = await _sandbox.CreateAsync();
        await PlanAsync("confirm", "hang_after", seconds: 0.05);

        await Assert.ThrowsAsync<HttpRequestException>(() => ConfirmAsync(intent.Id, "key"));
        var repeat = await ConfirmAsync(intent.Id, "key");

        Assert.Equal((HttpStatusCode.OK, "succeeded"), (repeat.Status, repeat.Json.GetProperty("status").GetString()));
        Assert.Equal("true", repeat.Headers["Idempotent-Replayed"]);
        Assert.Single(await _sandbox.ChargesAsync());
    }

    [Fact]
    public async Task A_held_call_ends_when_its_client_disconnects()
    {
        var intent = await _sandbox.CreateAsync();
        await PlanAsync("confirm", "hang_before", seconds: 3600);

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Token);
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{Intents}/{intent.Id}/confirm")
        {
            Content = new FormUrlEncodedContent(Visa),
        };
        request.Headers.Authorization = new("Bearer", SandboxHost.ApiKey);
        var held = _sandbox.Http.SendAsync(request, patience.Token);
        await HoldingAsync(1);
        await patience.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => held);
        await HoldingAsync(0);
        Assert.Empty(await _sandbox.ChargesAsync());
    }

    [Fact]
    public async Task Clearing_the_faults_releases_the_held_calls()
    {
        var intent = await _sandbox.CreateAsync();
        await PlanAsync("confirm", "hang_before", count: 5, seconds: 3600);
        var held = ConfirmAsync(intent.Id, "key");
        await HoldingAsync(1);

        var report = await ReadAsync(await _sandbox.Http.DeleteAsync(Faults, Token));

        await Assert.ThrowsAsync<HttpRequestException>(() => held);
        Assert.Equal(0, report.GetProperty("left").GetArrayLength());
        Assert.Equal(HttpStatusCode.OK, (await ConfirmAsync(intent.Id, "key")).Status);
    }

    [Fact]
    public async Task A_slow_call_keeps_its_idempotency_key_in_use_and_completes_even_when_its_client_disconnects()
    {
        var intent = await _sandbox.CreateAsync();
        await PlanAsync("confirm", "slow", seconds: 3600);
        var slow = ConfirmAsync(intent.Id, "key");
        await HoldingAsync(1);

        var meanwhile = await ConfirmAsync(intent.Id, "key");
        Assert.Equal(
            (HttpStatusCode.Conflict, "idempotency_key_in_use"), (meanwhile.Status, meanwhile.Error.GetProperty("code").GetString()));
        Assert.Empty(await _sandbox.ChargesAsync());

        await _sandbox.Http.DeleteAsync(Faults, Token);
        Assert.Equal(HttpStatusCode.OK, (await slow).Status);

        intent = await _sandbox.CreateAsync();
        await PlanAsync("confirm", "slow", seconds: 3600);
        using var patience = new CancellationTokenSource();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{Intents}/{intent.Id}/confirm")
        {
            Content = new FormUrlEncodedContent(Visa),
        };
        request.Headers.Authorization = new("Bearer", SandboxHost.ApiKey);
        var gone = _sandbox.Http.SendAsync(request, patience.Token);
        await HoldingAsync(1);
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        await _sandbox.Http.DeleteAsync(Faults, Token);
        await Eventually.TrueAsync(async () => (await _sandbox.GetAsync(intent.Id)).Status == "succeeded");
    }

    [Fact]
    public async Task A_rate_limit_answers_429_with_Retry_After_and_changes_nothing()
    {
        await PlanAsync("create", "rate_limit", seconds: 3);
        var form = new Dictionary<string, string> { ["amount"] = "500", ["currency"] = "eur" };

        var limited = await _sandbox.PostAsync(Intents, form, "key");
        var made = await _sandbox.PostAsync(Intents, form, "key");

        Assert.Equal((HttpStatusCode.TooManyRequests, "3"), (limited.Status, limited.Headers["Retry-After"]));
        Assert.Equal("rate_limit", limited.Error.GetProperty("code").GetString());
        Assert.Equal(HttpStatusCode.OK, made.Status);
        Assert.False(made.Headers.ContainsKey("Idempotent-Replayed"));
    }

    [Fact]
    public async Task Faults_hit_exactly_the_requested_number_of_calls_of_their_kind()
    {
        await PlanAsync("create", "error_before", count: 7);
        var form = new Dictionary<string, string> { ["amount"] = "500", ["currency"] = "eur" };

        var made = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => _sandbox.PostAsync(Intents, form)));

        Assert.Equal(7, made.Count(a => a.Status == HttpStatusCode.InternalServerError));
        Assert.Equal(33, made.Count(a => a.Status == HttpStatusCode.OK));
        var report = await ReadAsync(await _sandbox.Http.GetAsync(Faults, Token));
        var used = Assert.Single(report.GetProperty("used").EnumerateArray());
        Assert.Equal(("create", "error_before", 7), (Text(used, "call"), Text(used, "fault"), used.GetProperty("count").GetInt32()));
    }

    [Theory]
    [InlineData("create", "POST", "")]
    [InlineData("retrieve", "GET", "/{id}")]
    [InlineData("list", "GET", "")]
    [InlineData("confirm", "POST", "/{id}/confirm")]
    [InlineData("cancel", "POST", "/{id}/cancel")]
    [InlineData("refund", "POST", "/../refunds")]
    [InlineData("list", "GET", "/../events")]
    public async Task Each_call_is_hit_by_the_faults_of_its_kind(string call, string method, string path)
    {
        var id = (await _sandbox.CreateAsync()).Id;
        foreach (var other in (string[])["create", "retrieve", "list", "confirm", "cancel", "refund"])
            await PlanAsync(other, other == call ? "error_before" : "rate_limit");

        using var request = new HttpRequestMessage(new(method), $"{Intents}{path.Replace("{id}", id, StringComparison.Ordinal)}");
        request.Headers.Authorization = new("Bearer", SandboxHost.ApiKey);
        using var response = await _sandbox.Http.SendAsync(request, Token);

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
    }

    [Fact]
    public async Task A_fault_for_any_call_does_not_hit_the_sandboxs_own_endpoints_or_unauthorized_calls()
    {
        await PlanAsync("any", "error_before");

        Assert.Empty(await _sandbox.ChargesAsync());
        Assert.Equal(HttpStatusCode.OK, (await _sandbox.Http.GetAsync("/_sandbox/ledger", Token)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await _sandbox.Http.GetAsync("/health", Token)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await _sandbox.Http.GetAsync($"{Intents}/pi_none", Token)).StatusCode);
        var left = Assert.Single((await ReadAsync(await _sandbox.Http.GetAsync(Faults, Token))).GetProperty("left").EnumerateArray());
        Assert.Equal(("any", "error_before", 1), (Text(left, "call"), Text(left, "fault"), left.GetProperty("remaining").GetInt32()));
        Assert.Equal(HttpStatusCode.InternalServerError, (await _sandbox.PostAsync(Intents, [])).Status);
    }

    [Theory]
    [InlineData("""{ "call": "pay", "fault": "slow" }""", "call must be one of any, create, confirm")]
    [InlineData("""{ "call": "any", "fault": "fire" }""", "fault must be one of hang_before, hang_after")]
    [InlineData("""{ "call": "any", "fault": "slow", "count": 0 }""", "count must be")]
    [InlineData("""{ "call": "any", "fault": "slow", "seconds": -1 }""", "seconds must be")]
    public async Task An_invalid_fault_is_refused_and_not_planned(string json, string because)
    {
        using var content = new StringContent(json, null, "application/json");
        var refused = await _sandbox.Http.PostAsync(Faults, content, Token);

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains(because, Text(await ReadAsync(refused), "detail"), StringComparison.Ordinal);
        Assert.Equal(0, (await ReadAsync(await _sandbox.Http.GetAsync(Faults, Token))).GetProperty("left").GetArrayLength());
    }

    Task<WireAnswer> ConfirmAsync(string id, string key) => _sandbox.PostAsync($"{Intents}/{id}/confirm", Visa, key);

    async Task PlanAsync(string call, string fault, int count = 1, double? seconds = null, SandboxHost? sandbox = null)
    {
        var planned = await (sandbox ?? _sandbox).Http.PostAsJsonAsync(Faults, new { call, fault, count, seconds }, Token);
        Assert.Equal(HttpStatusCode.OK, planned.StatusCode);
    }

    Task HoldingAsync(int calls) => Eventually.TrueAsync(async () =>
        (await ReadAsync(await _sandbox.Http.GetAsync(Faults, Token))).GetProperty("holding").GetInt32() == calls);

    static async Task<JsonElement> ReadAsync(HttpResponseMessage response) => await response.Content.ReadFromJsonAsync<JsonElement>(Token);

    static string Text(JsonElement json, string name) => json.GetProperty(name).GetString()!;
}
