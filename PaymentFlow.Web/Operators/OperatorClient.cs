using System.Security.Claims;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using PaymentFlow.Contracts;
using PaymentFlow.Contracts.Journey;
using PaymentFlow.Contracts.Statistics;
using PaymentFlow.Web.Operators.SignIn;
using PaymentFlow.Web.Orders;
using PaymentFlow.Web.Services;

namespace PaymentFlow.Web.Operators;

/// <summary>The response of a service's journey endpoint.</summary>
public sealed record OrderJourney(Order Order, IReadOnlyList<JourneyStep> Steps);

/// <inheritdoc cref="OrderJourney"/>
/// <param name="StripeUrl">The payment's page in Stripe's dashboard; null with the sandbox.</param>
public sealed record PaymentJourney(
    Guid PaymentId, Guid OrderId, string Status, long Amount, long AmountRefunded, string Currency, string? PaymentIntent,
    string? StripeUrl, PaymentMethodSummary? Method, IReadOnlyList<RefundSummary> Refunds, IReadOnlyList<JourneyStep> Steps);

/// <summary>The parts of a payment method that people recognize.</summary>
/// <param name="Brand">A card's brand or another method's type, in Stripe's words.</param>
/// <param name="Last4">The last digits of the card or account, if Stripe reports them.</param>
public sealed record PaymentMethodSummary(string Brand, string? Last4);

/// <summary>A refund of a payment. The amount is in the currency's minor unit.</summary>
/// <param name="Status"><c>pending</c>, <c>succeeded</c> or <c>failed</c>.</param>
/// <param name="Reason">In Stripe's words; null if none was given.</param>
public sealed record RefundSummary(Guid Id, long Amount, string Status, string? Reason, DateTimeOffset CreatedAt)
{
    public const string Failed = "failed";
}

/// <summary>A dead letter, with the fields that the console shows.</summary>
/// <param name="Key">The order's id, if the message was one of our events.</param>
public sealed record DeadLetter(Guid Id, string Topic, int Partition, long Offset, string? Key, string Error, DateTimeOffset ReceivedAt);

public sealed record DeadLetterPage(IReadOnlyList<DeadLetter> DeadLetters, Guid? Next);

/// <summary>An endpoint of a shop that gets events by HTTP.</summary>
/// <param name="DisabledReason">Null while it is enabled; <c>gone</c>, <c>failing</c> or <c>requested</c>.</param>
/// <param name="FailingSince">The first failure since the last success.</param>
public sealed record WebhookEndpoint(
    Guid Id, string Url, IReadOnlyList<string> Types, string? Description, string? DisabledReason, DateTimeOffset? FailingSince,
    DateTimeOffset? LastFailedAt, string? LastError, long Pending, long Failed);

public sealed record WebhookEndpointList(IReadOnlyList<WebhookEndpoint> Endpoints);

/// <summary>An event that an endpoint did not take, in all of its tries.</summary>
public sealed record WebhookDelivery(
    Guid Id, Guid EndpointId, string Type, Guid? OrderId, int Tries, DateTimeOffset CreatedAt, int? Status, string? Error);

public sealed record WebhookDeliveryPage(IReadOnlyList<WebhookDelivery> Deliveries, Guid? Next);

/// <summary>Calls both services on behalf of the signed-in operator.</summary>
sealed class OperatorClient(OperatorHttp http)
{
    const string Orders = OperatorHttp.Orders;
    const string Payments = OperatorHttp.Payments;

    /// <summary>
    /// Finds an order's id by order id, payment id, PaymentIntent or reference. Null if none matches. A reference may look like an id, so
    /// it is tried whenever no id matches.
    /// </summary>
    /// <exception cref="ServiceUnavailableException">One of the services can't answer now.</exception>
    public async Task<Guid?> SearchAsync(string what, ClaimsPrincipal who, CancellationToken cancellationToken)
    {
        Guid? found = null;
        if (Guid.TryParse(what, out var id))
        {
            if (await OrderAsync(id, who, cancellationToken) is not null) return id;
            found = (await PaymentAsync($"paymentId={id}", who, cancellationToken))?.OrderId;
        }
        else if (what.StartsWith("pi_", StringComparison.Ordinal))
        {
            found = (await PaymentAsync($"paymentIntent={Uri.EscapeDataString(what)}", who, cancellationToken))?.OrderId;
        }
        var byReference = $"/orders/journey?reference={Uri.EscapeDataString(what)}";
        return found ?? (await http.GetAsync(Orders, byReference, OperatorJson.Default.OrderJourney, who, cancellationToken))?.Order.Id;
    }

    /// <exception cref="ServiceUnavailableException">OrderService can't answer now.</exception>
    public Task<OrderJourney?> OrderAsync(Guid id, ClaimsPrincipal who, CancellationToken cancellationToken) =>
        http.GetAsync(Orders, $"/orders/{id}/journey", OperatorJson.Default.OrderJourney, who, cancellationToken);

    /// <exception cref="ServiceUnavailableException">PaymentApi can't answer now.</exception>
    public Task<PaymentJourney?> PaymentOfAsync(Guid orderId, ClaimsPrincipal who, CancellationToken cancellationToken) =>
        PaymentAsync($"orderId={orderId}", who, cancellationToken);

    /// <param name="after">The <c>Next</c> of the previous page. Null for the first page.</param>
    /// <exception cref="ServiceUnavailableException">OrderService can't answer now.</exception>
    public async Task<DeadLetterPage> DeadLettersAsync(Guid? after, ClaimsPrincipal who, CancellationToken cancellationToken) =>
        (await http.GetAsync(
            Orders, $"/dead-letters{(after is null ? "" : $"?after={after}")}", OperatorJson.Default.DeadLetterPage, who,
            cancellationToken))!;

    /// <exception cref="ServiceUnavailableException">OrderService can't answer now.</exception>
    public async Task<IReadOnlyList<WebhookEndpoint>> WebhookEndpointsAsync(ClaimsPrincipal who, CancellationToken cancellationToken) =>
        (await http.GetAsync(Orders, "/webhook-endpoints", OperatorJson.Default.WebhookEndpointList, who, cancellationToken))!.Endpoints;

    /// <summary>The deliveries that failed for good, newest first.</summary>
    /// <param name="after">The <c>Next</c> of the previous page. Null for the first page.</param>
    /// <exception cref="ServiceUnavailableException">OrderService can't answer now.</exception>
    public async Task<WebhookDeliveryPage> FailedWebhooksAsync(Guid? after, ClaimsPrincipal who, CancellationToken cancellationToken) =>
        (await http.GetAsync(
            Orders, $"/webhook-deliveries?state=failed{(after is null ? "" : $"&after={after}")}",
            OperatorJson.Default.WebhookDeliveryPage, who, cancellationToken))!;

    /// <exception cref="ServiceUnavailableException">PaymentApi can't answer now.</exception>
    public async Task<PaymentStatistics> PaymentStatisticsAsync(CancellationToken cancellationToken) =>
        (await http.GetAsync(Payments, "/statistics", OperatorJson.Default.PaymentStatistics, null, cancellationToken))!;

    /// <exception cref="ServiceUnavailableException">OrderService can't answer now.</exception>
    public async Task<OrderStatistics> OrderStatisticsAsync(CancellationToken cancellationToken) =>
        (await http.GetAsync(Orders, "/statistics", OperatorJson.Default.OrderStatistics, null, cancellationToken))!;

    /// <summary>Null if the service accepted the action, else why not.</summary>
    /// <exception cref="ServiceUnavailableException">There was no answer. The action may have been executed.</exception>
    public Task<Problem?> ReplayAsync(Guid deadLetterId, ClaimsPrincipal who, CancellationToken cancellationToken) =>
        http.PostAsync(Orders, $"/dead-letters/{deadLetterId}/replay", null, null, who, cancellationToken);

    /// <summary>Replays the oldest dead letters whose error contains <paramref name="reason"/>, or all of the oldest ones.</summary>
    /// <inheritdoc cref="ReplayAsync"/>
    public Task<Problem?> ReplayManyAsync(string? reason, ClaimsPrincipal who, CancellationToken cancellationToken) =>
        http.PostAsync(
            Orders, "/dead-letters/replay", JsonContent.Create(new(reason), OperatorJson.Default.BulkReplayRequest), null, who,
            cancellationToken);

    /// <summary>Sends a delivery again.</summary>
    /// <inheritdoc cref="ReplayAsync"/>
    public Task<Problem?> RedeliverAsync(Guid deliveryId, ClaimsPrincipal who, CancellationToken cancellationToken) =>
        http.PostAsync(Orders, $"/webhook-deliveries/{deliveryId}/redeliver", null, null, who, cancellationToken);

    /// <param name="query"><c>orderId</c>, <c>paymentId</c> or <c>paymentIntent</c> with its value.</param>
    /// <exception cref="ServiceUnavailableException">PaymentApi can't answer now.</exception>
    public Task<PaymentJourney?> PaymentAsync(string query, ClaimsPrincipal who, CancellationToken cancellationToken) =>
        http.GetAsync(Payments, $"/payments/journey?{query}", OperatorJson.Default.PaymentJourney, who, cancellationToken);

    internal sealed record BulkReplayRequest(string? Reason);
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(OrderJourney))]
[JsonSerializable(typeof(PaymentJourney))]
[JsonSerializable(typeof(DeadLetterPage))]
[JsonSerializable(typeof(WebhookEndpointList))]
[JsonSerializable(typeof(WebhookDeliveryPage))]
[JsonSerializable(typeof(PaymentStatistics))]
[JsonSerializable(typeof(OrderStatistics))]
[JsonSerializable(typeof(OperatorClient.BulkReplayRequest))]
sealed partial class OperatorJson : JsonSerializerContext;

static class OperatorConsole
{
    // Longer than PaymentApi's timeout for Stripe.
    static readonly TimeSpan PaymentPatience = TimeSpan.FromSeconds(60);

    public static void AddOperatorConsole(this IHostApplicationBuilder builder)
    {
        builder.AddOperatorSignIn();
        builder.Services.AddSingleton<OperatorHttp>();
        builder.Services.AddSingleton<OperatorClient>();
        builder.Services.AddSingleton<TraceLinks>();
        builder.Services.AddHttpClient(OperatorHttp.Orders, client => client.BaseAddress = new Uri("http://order-service"))
            .SendHeadersInUtf8();
        var payments = builder.Services.AddHttpClient(OperatorHttp.Payments, client =>
        {
            client.BaseAddress = new Uri("http://payment-api");
            client.Timeout = PaymentPatience;
        });
        // A refund waits for Stripe, so no handler may cut it off early.
#pragma warning disable EXTEXP0001 // Experimental. The stable alternative is to repeat the default handlers for every other client.
        payments.RemoveAllResilienceHandlers();
#pragma warning restore EXTEXP0001
        payments.SendHeadersInUtf8();
    }
}
