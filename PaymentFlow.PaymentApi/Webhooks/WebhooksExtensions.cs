namespace PaymentFlow.PaymentApi.Webhooks;

static class WebhooksExtensions
{
    public static void AddStripeWebhooks(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<StripeEventStore>();
        builder.Services.AddSingleton<StripeEventInbox>();
        builder.Services.AddSingleton<StripeEventApplier>();
        builder.Services.AddSingleton<StripeEventWorker>();
        builder.Services.AddHostedService(services => services.GetRequiredService<StripeEventWorker>());
        builder.Services.AddHostedService<StripeEventWalk>();
    }
}
