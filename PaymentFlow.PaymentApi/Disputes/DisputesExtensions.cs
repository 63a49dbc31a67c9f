namespace PaymentFlow.PaymentApi.Disputes;

static class DisputesExtensions
{
    public static void AddDisputes(this WebApplicationBuilder builder) => builder.Services.AddSingleton<DisputeStore>();
}
