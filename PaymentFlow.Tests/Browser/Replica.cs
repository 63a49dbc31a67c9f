using PaymentFlow.Tests.Fixtures;

namespace PaymentFlow.Tests.Browser;

/// <summary>A second Web with its own settings. It uses the services and the Kafka of the first.</summary>
sealed class Replica : IAsyncDisposable
{
    readonly ServiceProcess _service;

    Replica(ServiceProcess service, Uri web) => (_service, Web) = (service, web);

    public Uri Web { get; }

    public static async Task<Replica> StartAsync(PaymentFlowApp app, params (string Name, string Value)[] settings)
    {
        var web = app.TakeWebAddress();
        return new Replica(await ServiceProcess.StartAsync("PaymentFlow.Web", web,
        [
            ("ConnectionStrings__kafka", app.KafkaBootstrap),
            ("services__order-service__http__0", Origin(app.OrderService)),
            ("services__payment-api__http__0", Origin(app.PaymentApi)),
            ("Operator__Key", app.OperatorKey),
            ("Operator__ViewerKey", app.ViewerKey),
            ("Services__Key", app.ServiceKey),
            ("Events__Keys__orders__0", app.OrdersEventKey),
            .. settings,
        ]), web);
    }

    static string Origin(Uri address) => address.GetLeftPart(UriPartial.Authority);

    public ValueTask DisposeAsync() => _service.DisposeAsync();
}
