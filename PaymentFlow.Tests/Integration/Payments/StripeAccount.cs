using System.Net.Http.Json;
using System.Text.Json.Nodes;
using PaymentFlow.Testing.Hosting;
using PaymentFlow.Tests.Fixtures;
using Stripe;

namespace PaymentFlow.Tests.Integration.Payments;

/// <summary>The Stripe account as its owner uses it, for example in the dashboard, and the controls of the sandbox.</summary>
public sealed class StripeAccount(RunningApp app)
{
    static readonly HttpClient Http = new();

    public StripeClient Client { get; } = new(new StripeClientOptions
    {
        ApiKey = "sk_test_sandbox_paymentflow",
        ApiBase = app.GetEndpoint("stripe-sandbox").ToString().TrimEnd('/'),
    });

    public async Task<PaymentIntent> IntentAsync(string id) =>
        await Client.V1.PaymentIntents.GetAsync(id, cancellationToken: TestContext.Current.CancellationToken);

    /// <summary>Makes the next <paramref name="count"/> calls of one kind fail with one fault.</summary>
    public async Task FailAsync(string call, string fault, int count = 1, int? seconds = null)
    {
        using var response = await Http.PostAsJsonAsync(
            new Uri(app.GetEndpoint("stripe-sandbox"), "/_sandbox/faults"), new { call, fault, count, seconds }, Token);
        response.EnsureSuccessStatusCode();
    }

    /// <summary>Waits until a fault holds a call, before or after Stripe has done its work.</summary>
    public Task HoldingAsync() => Eventually.TrueAsync(async () =>
    {
        var faults = await Http.GetFromJsonAsync<JsonNode>(new Uri(app.GetEndpoint("stripe-sandbox"), "/_sandbox/faults"), Token);
        return faults!["holding"]!.GetValue<int>() > 0;
    });

    public async Task RecoverAsync()
    {
        using var response = await Http.DeleteAsync(new Uri(app.GetEndpoint("stripe-sandbox"), "/_sandbox/faults"), Token);
        response.EnsureSuccessStatusCode();
    }

    public async Task<JsonNode> PostAsync(string path, object body)
    {
        using var response = await Http.PostAsJsonAsync(new Uri(app.GetEndpoint("stripe-sandbox"), path), body, Token);
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<JsonNode>(Token))!;
    }

    static CancellationToken Token => TestContext.Current.CancellationToken;
}
