using PaymentFlow.AppHost.Development;
using PaymentFlow.Testing.Hosting;
using PaymentFlow.Tests.Fixtures;

namespace PaymentFlow.Tests.Browser;

/// <summary>
/// A whole PaymentFlow whose services tests may kill. Its checks run within seconds instead of minutes, unpaid orders expire after 15 s,
/// and it allows few connections and few declined payments.
/// </summary>
public sealed class ImpatientApp : IAsyncLifetime
{
    public const int MaxPerAddress = 8;
    public const int MaxPagesPerOrder = 3;
    public const int MaxDeclines = 3;
    public const int MaxDeclinesPerDay = 5;

    public RunningApp App { get; private set; } = null!;

    /// <summary>A free address for a team's own shop. Its pages may call the APIs.</summary>
    public string ShopOrigin { get; } = $"http://localhost:{FreePort.Next()}";

    public Uri Web => App.GetEndpoint("web");

    public async ValueTask InitializeAsync() =>
        App = await TestHost.StartAsync(
            configuration: new Dictionary<string, string?> { ["Clients:AllowedOrigins:0"] = ShopOrigin },
            environment: new Dictionary<string, string>(TestHost.EarlyDeliveryCheck)
            {
                ["Payments__FirstCheck"] = "00:00:02",
                ["Payments__AbandonAfter"] = "00:00:15",
                ["Sockets__MaxPerAddress"] = $"{MaxPerAddress}",
                ["Circuits__MaxPerAddress"] = $"{MaxPerAddress}",
                ["Circuits__MaxPerOrder"] = $"{MaxPagesPerOrder}",
                ["RateLimits__declines__Permits"] = $"{MaxDeclines}",
                ["RateLimits__declines-per-day__Permits"] = $"{MaxDeclinesPerDay}",
            });

    public async ValueTask DisposeAsync() => await TestHost.StopAsync(App);
}
