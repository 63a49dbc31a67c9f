using PaymentFlow.Testing.Hosting;
using PaymentFlow.Tests.Fixtures;

namespace PaymentFlow.Tests.Browser;

/// <summary>
/// A whole PaymentFlow whose services tests may kill. Its checks run within seconds instead of minutes, and unpaid orders expire after
/// 15 s.
/// </summary>
public sealed class ImpatientApp : IAsyncLifetime
{
    public RunningApp App { get; private set; } = null!;

    public Uri Web => App.GetEndpoint("web");

    public async ValueTask InitializeAsync() =>
        App = await TestHost.StartAsync(environment: new Dictionary<string, string>(TestHost.EarlyDeliveryCheck)
        {
            ["Payments__FirstCheck"] = "00:00:02",
            ["Payments__AbandonAfter"] = "00:00:15",
        });

    public async ValueTask DisposeAsync() => await TestHost.StopAsync(App);
}
