using PaymentFlow.PaymentApi.Orders;

namespace PaymentFlow.PaymentApi.Payments;

static class PaymentsExtensions
{
    public static void AddPayments(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<KnownOrders>();
        builder.Services.AddHttpClient<OrderClient>(client => client.BaseAddress = new Uri("http://order-service"));
        builder.Services.AddSingleton<PaymentStore>();
        builder.Services.AddSingleton<PaymentMetrics>();
        builder.Services.AddSingleton<PaymentSettlement>();
        builder.Services.AddSingleton<LateWrites>();
        builder.Services.AddHostedService(services => services.GetRequiredService<LateWrites>());
        builder.Services.AddSingleton<PaymentProcessor>();
        builder.Services.AddExceptionHandler<UnavailableHandler>();
        builder.Services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, PaymentJson.Default));
    }
}
