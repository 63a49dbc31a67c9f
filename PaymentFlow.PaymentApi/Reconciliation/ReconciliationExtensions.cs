using PaymentFlow.PaymentApi.Disputes;
using PaymentFlow.ServiceDefaults;

namespace PaymentFlow.PaymentApi.Reconciliation;

static class ReconciliationExtensions
{
    public static void AddReconciliation(this WebApplicationBuilder builder)
    {
        var options = builder.Configuration.GetSection("Payments").Get<ReconciliationOptions>() ?? new ReconciliationOptions();
        foreach (var problem in options.Problems()) RequiredSettings.Stop(problem);
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton<DisputeStore>();
        builder.Services.AddSingleton<StripeInquiry>();
        builder.Services.AddSingleton<Reconciler>();
        builder.Services.AddHostedService<ReconciliationWorker>();
    }
}
