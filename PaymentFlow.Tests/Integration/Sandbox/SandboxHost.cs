using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using PaymentFlow.StripeSandbox;
using Stripe;

namespace PaymentFlow.Tests.Integration.Sandbox;

/// <summary>The real sandbox on a free port with its own journal, and a real Stripe.net client for it.</summary>
public sealed class SandboxHost : IAsyncDisposable
{
    public const string ApiKey = "sk_test_sandbox_tests";
    public const string WebhookSecret = "whsec_tests";

    readonly WebApplication _app;
    readonly string? _folder;

    SandboxHost(WebApplication app, string journal, string? folder)
    {
        _app = app;
        _folder = folder;
        Journal = journal;
        Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        Http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = Address };
        Stripe = Client(ApiKey);
    }

    public Uri Address { get; }
    public string Journal { get; }
    public HttpClient Http { get; }
    public StripeClient Stripe { get; }
    public IServiceProvider Services => _app.Services;

    public static async Task<SandboxHost> StartAsync(
        string? journal = null, Uri? webhooksTo = null, TimeProvider? time = null, params string[] settings)
    {
        var folder = journal is null ? Directory.CreateTempSubdirectory("paymentflow-sandbox-").FullName : null;
        journal ??= Path.Combine(folder!, "journal.ndjson");
        string[] webhooks = webhooksTo is null
            ? []
            : [$"--services:payment-api:http:0={webhooksTo.GetLeftPart(UriPartial.Authority)}", $"--Sandbox:WebhookSecret={WebhookSecret}"];
        var app = SandboxApp.Create([.. Arguments(journal), .. webhooks, .. settings], time);
        await app.StartAsync();
        return new SandboxHost(app, journal, folder);
    }

    public static string[] Arguments(string journal) =>
    [
        "--environment=Development", "--urls=http://127.0.0.1:0", $"--Sandbox:ApiKey={ApiKey}", $"--Sandbox:JournalPath={journal}",
        "--Logging:LogLevel:Default=Warning",
    ];

    /// <summary>A client without Stripe.net's retries, so that a test sees the first answer.</summary>
    public StripeClient Client(string apiKey) => ClientOf(Address, apiKey);

    public static StripeClient ClientOf(Uri address, string apiKey) => new(new StripeClientOptions
    {
        ApiKey = apiKey,
        ApiBase = address.GetLeftPart(UriPartial.Authority),
        HttpClient = new SystemNetHttpClient(new HttpClient(), maxNetworkRetries: 0),
    });

    public Task<PaymentIntent> CreateAsync(long amount = 1250, Action<PaymentIntentCreateOptions>? change = null)
    {
        var options = new PaymentIntentCreateOptions
        {
            Amount = amount,
            Currency = "usd",
            AutomaticPaymentMethods = new() { Enabled = true, AllowRedirects = "never" },
            Metadata = new() { ["order_id"] = "order-1" },
        };
        change?.Invoke(options);
        return Stripe.V1.PaymentIntents.CreateAsync(options, cancellationToken: TestContext.Current.CancellationToken);
    }

    public Task<PaymentIntent> ConfirmAsync(string id, string method, string? returnUrl = null, string? key = null) =>
        Stripe.V1.PaymentIntents.ConfirmAsync(
            id,
            new PaymentIntentConfirmOptions { PaymentMethod = method, ReturnUrl = returnUrl },
            key is null ? null : new RequestOptions { IdempotencyKey = key },
            TestContext.Current.CancellationToken);

    public Task<PaymentIntent> GetAsync(string id, params string[] expand) =>
        Stripe.V1.PaymentIntents.GetAsync(
            id, new PaymentIntentGetOptions { Expand = [.. expand] }, cancellationToken: TestContext.Current.CancellationToken);

    public async Task<PaymentIntent> PayAsync(string method = "pm_card_visa", long amount = 1250) =>
        await ConfirmAsync((await CreateAsync(amount)).Id, method);

    public Task<Refund> RefundAsync(string intent, long? amount = null) => Stripe.V1.Refunds.CreateAsync(
        new RefundCreateOptions { PaymentIntent = intent, Amount = amount }, cancellationToken: TestContext.Current.CancellationToken);

    /// <summary>The types of all events about this PaymentIntent, oldest first, without its creation.</summary>
    public async Task<string[]> NewsAsync(string intent)
    {
        var events = await Stripe.V1.Events.ListAsync(new() { Limit = 100 }, cancellationToken: TestContext.Current.CancellationToken);
        return [.. events.Where(e => e.ToJson().Contains(intent, StringComparison.Ordinal))
            .Select(e => e.Type).Reverse().SkipWhile(t => t.StartsWith("payment_intent.created", StringComparison.Ordinal))];
    }

    public async Task<JsonElement> LedgerAsync(string intent)
    {
        var ledger = await Http.GetFromJsonAsync<JsonElement>("/_sandbox/ledger", TestContext.Current.CancellationToken);
        return ledger.GetProperty("paymentIntents").EnumerateArray().Single(i => i.GetProperty("id").GetString() == intent);
    }

    public Task<IReadOnlyList<LedgerEntry>> ChargesAsync() => ChargesAsync(Http);

    public static async Task<IReadOnlyList<LedgerEntry>> ChargesAsync(HttpClient http) =>
        JsonSerializer.Deserialize<List<LedgerEntry>>(
            await http.GetStringAsync("/_sandbox/charges", TestContext.Current.CancellationToken), JsonSerializerOptions.Web)!;

    /// <summary>Sends a call without Stripe.net and returns the raw answer.</summary>
    public async Task<WireAnswer> PostAsync(string path, Dictionary<string, string> form, string? key = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new FormUrlEncodedContent(form) };
        request.Headers.Authorization = new("Bearer", ApiKey);
        if (key is not null) request.Headers.Add("Idempotency-Key", key);
        using var response = await Http.SendAsync(request, TestContext.Current.CancellationToken);
        return await WireAnswer.ReadAsync(response);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        if (_folder is not null) Directory.Delete(_folder, recursive: true);
    }
}

public sealed record LedgerEntry(
    string Id, string PaymentIntent, long Amount, string Currency, Dictionary<string, string> Metadata, long Created);

public sealed record WireAnswer(HttpStatusCode Status, string Body, IReadOnlyDictionary<string, string> Headers)
{
    public JsonElement Json => JsonSerializer.Deserialize<JsonElement>(Body);

    public JsonElement Error => Json.GetProperty("error");

    public static async Task<WireAnswer> ReadAsync(HttpResponseMessage response) => new(
        response.StatusCode,
        await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
        response.Headers.Concat(response.Content.Headers)
            .ToDictionary(h => h.Key, h => string.Join(",", h.Value), StringComparer.OrdinalIgnoreCase));
}
