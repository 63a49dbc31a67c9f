using System.Net.Http.Json;
using System.Text.Json.Nodes;
using PaymentFlow.Tests.Hosting;
using PaymentFlow.Tests.Fixtures;
using Stripe;

namespace PaymentFlow.Tests.Integration.Payments;

/// <summary>What somebody with the Stripe account sees and does, in its dashboard for instance; and the sandbox's switches.</summary>
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

    /// <summary>The next <paramref name="count"/> calls of that kind fail in that way.</summary>
    public async Task FailAsync(string call, string fault, int count = 1, int? seconds = null)
    {
        using var response = await Http.PostAsJsonAsync(
            new Uri(app.GetEndpoint("stripe-sandbox"), "/_sandbox/faults"), new { call, fault, count, seconds }, Token);
        response.EnsureSuccessStatusCode();
    }

    /// <summary>Until a call is held by a fault, before or after its deed.</summary>
    public Task HoldingAsync() => Eventually.TrueAsync(async () =>
        (await Http.GetFromJsonAsync<JsonNode>(new Uri(app.GetEndpoint("stripe-sandbox"), "/_sandbox/faults"), Token))!["holding"]!.GetValue<int>() > 0);

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
