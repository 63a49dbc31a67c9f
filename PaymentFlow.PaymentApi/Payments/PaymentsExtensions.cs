using PaymentFlow.PaymentApi.Orders;
using PaymentFlow.ServiceDefaults;

namespace PaymentFlow.PaymentApi.Payments;

static class PaymentsExtensions
{
    public static void AddPayments(this WebApplicationBuilder builder)
    {
        var timing = builder.ReadSettings<PaymentTiming>("Payments");
        foreach (var problem in timing.Problems()) RequiredSettings.Stop(problem);
        builder.Services.AddSingleton(timing);
        builder.Services.AddSingleton<OrderCache>();
        builder.Services.AddHttpClient<OrderClient>(client => client.BaseAddress = new Uri("http://order-service"));
        builder.Services.AddSingleton<PaymentStore>();
        builder.Services.AddSingleton<PaymentClaims>();
        builder.Services.AddSingleton<PaymentSettlement>();
        builder.Services.AddSingleton<DeferredWrites>();
        builder.Services.AddHostedService(services => services.GetRequiredService<DeferredWrites>());
        builder.Services.AddSingleton<PaymentProcessor>();
        builder.Services.AddExceptionHandler<UnavailableHandler>();
    }
}
