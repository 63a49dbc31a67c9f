using PaymentFlow.Messaging.Push;
using PaymentFlow.Web.Catalogue;
using PaymentFlow.Web.Orders;
using PaymentFlow.Web.Payments;
using PaymentFlow.Web.Services;

namespace PaymentFlow.Web;

static class Backends
{
    /// <summary>Longer than PaymentApi waits for Stripe (20 s, one retry), so that Web receives its answer.</summary>
    static readonly TimeSpan PaymentPatience = TimeSpan.FromSeconds(60);

    /// <summary>Adds the typed clients of the two services, which are found by service discovery.</summary>
    public static void AddBackends(this IHostApplicationBuilder builder)
    {
        builder.Services.AddTransient<ServiceHandler>();
        builder.Services.AddHttpClient<ProductClient>(client => client.BaseAddress = new Uri("http://order-service"))
            .AddHttpMessageHandler<ServiceHandler>();
        builder.Services.AddHttpClient<OrderClient>(client => client.BaseAddress = new Uri("http://order-service"))
            .AddHttpMessageHandler<ServiceHandler>();
        builder.Services.AddHttpClient<IOrderStateReader, OrderStateClient>(client => client.BaseAddress = new Uri("http://order-service"))
            .AddHttpMessageHandler<ServiceHandler>();
        builder.Services.AddHttpClient<IPushReceiptStore, PushReceiptClient>(client => client.BaseAddress = new Uri("http://order-service"))
            .AddHttpMessageHandler<ServiceHandler>();
        builder.Services.AddSingleton<PushReceiptWriter>();
        builder.Services.AddHostedService(services => services.GetRequiredService<PushReceiptWriter>());
        var payments = builder.Services.AddHttpClient<PaymentClient>(client =>
        {
            client.BaseAddress = new Uri("http://payment-api");
            client.Timeout = PaymentPatience;
        });
        // Every call of this client may move money, so no generic handler may repeat it or cut it off early.
#pragma warning disable EXTEXP0001 // Experimental. The stable alternative is to repeat the default handlers for every other client.
        payments.RemoveAllResilienceHandlers();
#pragma warning restore EXTEXP0001
        payments.AddHttpMessageHandler<ServiceHandler>();
    }
}
