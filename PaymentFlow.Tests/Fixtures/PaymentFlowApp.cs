using System.Net;
using System.Net.Sockets;
using PaymentFlow.Tests.Hosting;
using PaymentFlow.Tests.Fixtures;

[assembly: AssemblyFixture(typeof(PaymentFlowApp))]

namespace PaymentFlow.Tests.Fixtures;

/// <summary>
/// The whole of PaymentFlow, started once for all tests that do not break it: the model of AppHost.cs as real processes on free
/// ports, with its data in a temporary folder.
/// </summary>
public sealed class PaymentFlowApp : IAsyncLifetime
{
    readonly Lazy<RunningApp> _app;

    public PaymentFlowApp() => _app = new(() => TestHost.StartAsync(configuration: new Dictionary<string, string?>
    {
        ["Clients:AllowedOrigins:0"] = ShopOrigin,
    }, environment: TestHost.EarlyDeliveryCheck).GetAwaiter().GetResult());

    public RunningApp App => _app.Value;

    /// <summary>Where a team's own shop may be: a free address, whose pages may call the APIs.</summary>
    public string ShopOrigin { get; } = $"http://localhost:{FreePort()}";

    public Uri Web => App.GetEndpoint("web");

    public Uri PaymentApi => App.GetEndpoint("payment-api");

    public Uri OrderService => App.GetEndpoint("order-service");

    public Uri StripeSandbox => App.GetEndpoint("stripe-sandbox");

    public string KafkaBootstrap => Get(App.GetConnectionStringAsync("kafka"));

    public string PaymentsDb => Get(App.GetConnectionStringAsync("paymentsdb"));

    public string OrdersDb => Get(App.GetConnectionStringAsync("ordersdb"));

    public string OperatorKey => Get(App.GetParameterAsync("operator-key"));

    public string MerchantKey => Get(App.GetParameterAsync("merchant-key"));

    public string ServiceKey => Get(App.GetParameterAsync("service-key"));

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_app.IsValueCreated) await TestHost.StopAsync(_app.Value);
    }

    static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    static string Get(ValueTask<string> value) => value.AsTask().GetAwaiter().GetResult();
}
