using System.Security.Claims;
using System.Text.Json;
using System.Text.Json.Serialization;
using PaymentFlow.Web.Services;

namespace PaymentFlow.Web.Operators.Payments;

/// <summary>A row of PaymentApi's list of payments.</summary>
/// <param name="Amount">In the currency's minor unit, as is <paramref name="AmountRefunded"/>.</param>
/// <param name="UnknownOutcome">Whether Stripe's answer to the payment's attempt is overdue.</param>
public sealed record ListedPayment(
    Guid Id, Guid OrderId, string? Reference, string? Description, long Amount, long AmountRefunded, string Currency, string Status,
    bool UnknownOutcome, bool Disputed, PaymentMethodSummary? Method, int Attempts, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

/// <param name="Next">The end of the page, if more follow.</param>
/// <param name="Total">How many payments match; only on the first page.</param>
public sealed record PaymentPage(IReadOnlyList<ListedPayment> Payments, Guid? Next, long? Total, bool? TotalIsEstimate);

/// <summary>Reads the list of payments from PaymentApi.</summary>
sealed class PaymentListClient(OperatorHttp http)
{
    /// <summary>The length of a page of the console.</summary>
    public const int PageSize = 50;

    /// <summary>PaymentApi's most orders in one request.</summary>
    public const int MaxOrders = 100;

    /// <exception cref="ServiceUnavailableException">PaymentApi can't answer now.</exception>
    public async Task<PaymentPage> PageAsync(PaymentQuery query, ClaimsPrincipal? who, CancellationToken cancellationToken) =>
        (await http.GetAsync(
            OperatorHttp.Payments, $"/payments?{query.ToApi()}&limit={PageSize}", PaymentListJson.Default.PaymentPage, who,
            cancellationToken))!;

    /// <summary>The payments of these orders, if the query finds them.</summary>
    /// <exception cref="ServiceUnavailableException">PaymentApi can't answer now.</exception>
    public async Task<IReadOnlyList<ListedPayment>> OfOrdersAsync(
        PaymentQuery query, IReadOnlyCollection<Guid> orders, CancellationToken cancellationToken)
    {
        if (orders.Count == 0) return [];
        var path = $"/payments?{query.ToApi()}&limit={MaxOrders}{string.Concat(orders.Select(order => $"&orderId={order}"))}";
        return (await http.GetAsync(OperatorHttp.Payments, path, PaymentListJson.Default.PaymentPage, null, cancellationToken))!.Payments;
    }

    /// <summary>Copies the export of the payments to the response while PaymentApi sends it.</summary>
    /// <exception cref="ServiceUnavailableException">PaymentApi can't answer now. Nothing was written.</exception>
    public Task ExportAsync(PaymentQuery query, ClaimsPrincipal who, HttpResponse response, CancellationToken cancellationToken) =>
        http.CopyAsync(OperatorHttp.Payments, $"/payments/export?{query.ToApi()}", who, response, cancellationToken);
}

static class PaymentListExtensions
{
    public static void AddPaymentList(this IHostApplicationBuilder builder) => builder.Services.AddSingleton<PaymentListClient>();
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(PaymentPage))]
sealed partial class PaymentListJson : JsonSerializerContext;
