using Microsoft.AspNetCore.Http.HttpResults;
using PaymentFlow.Contracts;
using PaymentFlow.PaymentApi.Orders;
using PaymentFlow.Persistence.Database;
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
        builder.Services.AddSingleton<PaymentIntents>();
        builder.Services.AddSingleton<DeclineLimit>();
        builder.Services.AddSingleton<PaymentSettlement>();
        builder.Services.AddSingleton<DeferredWrites>();
        builder.Services.AddHostedService(services => services.GetRequiredService<DeferredWrites>());
        builder.Services.AddSingleton<PaymentProcessor>();
        builder.Services.Configure<ApiErrorOptions>(options => options.OwnProblem = ProblemOf);
    }

    /// <summary>
    /// The answer while OrderService or Postgres is unavailable. Failures after a confirmation or a refund was sent to Stripe do not get
    /// here, because the processors handle them.
    /// </summary>
    static ProblemHttpResult? ProblemOf(Exception exception) => exception switch
    {
        OrderServiceUnavailableException =>
            PaymentResults.Unavailable(ProblemCodes.OrderServiceUnavailable, "Orders can't be read at the moment."),
        _ when DatabaseFailure.IsAway(exception) =>
            PaymentResults.Unavailable(ProblemCodes.DatabaseUnavailable, "Payments can't be stored at the moment."),
        _ => null,
    };
}
