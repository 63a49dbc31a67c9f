
namespace PaymentFlow.PaymentApi.Reconciliation;

static class ReconciliationExtensions
{
    public static void AddReconciliation(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<StripeStateReader>();
        builder.Services.AddSingleton<ReconciliationSchedule>();
        builder.Services.AddSingleton<Reconciler>();
        builder.Services.AddHostedService<ReconciliationWorker>();
    }
}
