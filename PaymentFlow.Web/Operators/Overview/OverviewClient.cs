using System.Globalization;
using System.Security.Claims;
using System.Text.Json;
using System.Text.Json.Serialization;
using PaymentFlow.Contracts.Statistics;
using PaymentFlow.Web.Services;

namespace PaymentFlow.Web.Operators.Overview;

/// <summary>Reads the statistics of a range from both services.</summary>
sealed class OverviewClient(OperatorHttp http)
{
    /// <exception cref="ServiceUnavailableException">PaymentApi can't answer now.</exception>
    public async Task<PaymentOverview> PaymentsAsync(
        OverviewRange range, ReaderZone zone, ClaimsPrincipal who, CancellationToken cancellationToken) =>
        (await http.GetAsync(
            OperatorHttp.Payments,
            $"/statistics/payments?{Query(range)}&interval={range.Interval}&timeZone={Uri.EscapeDataString(zone.Name)}",
            OverviewJson.Default.PaymentOverview, who, cancellationToken))!;

    /// <exception cref="ServiceUnavailableException">OrderService can't answer now.</exception>
    public async Task<ScreenOverview> ScreensAsync(OverviewRange range, ClaimsPrincipal who, CancellationToken cancellationToken) =>
        (await http.GetAsync(
            OperatorHttp.Orders, $"/statistics/screens?{Query(range)}", OverviewJson.Default.ScreenOverview, who, cancellationToken))!;

    static string Query(OverviewRange range) => string.Create(
        CultureInfo.InvariantCulture, $"from={range.From.UtcDateTime:yyyy-MM-ddTHH:mmZ}&to={range.To.UtcDateTime:yyyy-MM-ddTHH:mmZ}");
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(PaymentOverview))]
[JsonSerializable(typeof(ScreenOverview))]
sealed partial class OverviewJson : JsonSerializerContext;

static class OverviewExtensions
{
    public static void AddOverview(this IHostApplicationBuilder builder) => builder.Services.AddSingleton<OverviewClient>();
}
