using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using PaymentFlow.AppHost.Development;
using PaymentFlow.Messaging.CloudEvents;
using PaymentFlow.Testing.Hosting;
using PaymentFlow.Tests.Fixtures;

[assembly: AssemblyFixture(typeof(PaymentFlowApp))]

namespace PaymentFlow.Tests.Fixtures;

/// <summary>
/// The whole of PaymentFlow, started once for all tests that do not break it. It runs the model of AppHost.cs as real processes on free
/// ports, with data in a temporary folder.
/// </summary>
public sealed class PaymentFlowApp : IAsyncLifetime
{
    const int MoreWebs = 8;

    readonly Lazy<RunningApp> _app;
    readonly ConcurrentQueue<TcpListener> _webAddresses = new(Enumerable.Range(0, MoreWebs).Select(_ => ListenOnFreePort()));

    public PaymentFlowApp() => _app = new(() => TestHost.StartAsync(
        configuration: new Dictionary<string, string?>(
            _webAddresses.Select(OriginOf).Prepend(ShopOrigin)
                .Select((origin, i) => KeyValuePair.Create($"Clients:AllowedOrigins:{i}", (string?)origin))),
        environment: new Dictionary<string, string>(TestHost.EarlyDeliveryCheck)
        {
            ["Orders__LookForExpiredEvery"] = "00:00:01",
            ["EventStreams__KeepAliveEvery"] = "00:00:00.5",
            // All tests sign in from one address, more than ten times a minute on a fast machine.
            ["RateLimits__sign-in__Permits"] = "1000",
        }).GetAwaiter().GetResult());

    public RunningApp App => _app.Value;

    /// <summary>A free address for a team's own shop. Its pages may call the APIs.</summary>
    public string ShopOrigin { get; } = $"http://localhost:{FreePort.Next()}";

    /// <summary>A free address for another Web. PaymentApi accepts it as the return address after the bank's page.</summary>
    public Uri TakeWebAddress()
    {
        if (!_webAddresses.TryDequeue(out var reserved)) throw new InvalidOperationException($"Only {MoreWebs} addresses are reserved.");
        using (reserved) return new Uri(OriginOf(reserved));
    }

    public Uri Web => App.GetEndpoint("web");

    public Uri PaymentApi => App.GetEndpoint("payment-api");

    public Uri OrderService => App.GetEndpoint("order-service");

    public Uri StripeSandbox => App.GetEndpoint("stripe-sandbox");

    public string KafkaBootstrap => Get(App.GetConnectionStringAsync("kafka"));

    /// <summary>As the administrator, who may also create databases. PaymentApi itself signs in as a role of its own.</summary>
    public string PaymentsDb => $"{Get(App.GetConnectionStringAsync("postgres"))};Database=paymentsdb";

    /// <inheritdoc cref="PaymentsDb"/>
    public string OrdersDb => $"{Get(App.GetConnectionStringAsync("postgres"))};Database=ordersdb";

    public string OperatorKey => Get(App.GetParameterAsync("operator-key"));

    public string ViewerKey => Get(App.GetParameterAsync("viewer-key"));

    public string MerchantKey => Get(App.GetParameterAsync("merchant-key"));

    public string ServiceKey => Get(App.GetParameterAsync("service-key"));

    public string PaymentsEventKey => Get(App.GetParameterAsync("payments-event-key"));

    public string OrdersEventKey => Get(App.GetParameterAsync("orders-event-key"));

    /// <summary>Signs and verifies events as the services do.</summary>
    public EventKeys EventKeys => SigningKeys.Of(PaymentsEventKey, OrdersEventKey);

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_app.IsValueCreated) await TestHost.StopAsync(_app.Value);
        foreach (var reserved in _webAddresses) reserved.Dispose();
    }

    static TcpListener ListenOnFreePort()
    {
        TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return listener;
    }

    static string OriginOf(TcpListener listener) => $"http://localhost:{((IPEndPoint)listener.LocalEndpoint).Port}";

    static string Get(ValueTask<string> value) => value.AsTask().GetAwaiter().GetResult();
}
