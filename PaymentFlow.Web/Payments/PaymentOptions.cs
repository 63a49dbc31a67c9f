namespace PaymentFlow.Web.Payments;

/// <summary>The section <c>Stripe</c>, as far as a browser may know it.</summary>
public sealed class PaymentOptions
{
    /// <summary>Stripe's <c>pk_…</c>. None: the sandbox is in use, and its test cards are the choice.</summary>
    public string? PublishableKey { get; init; }

    public bool UsesStripe => !string.IsNullOrWhiteSpace(PublishableKey);
}

static class PaymentsRegistration
{
    public static void AddPayments(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton(PaymentOptionsOf(builder.Configuration));
        builder.Services.AddSingleton<PayLimit>();
        builder.Services.AddScoped<StripeJs>();
    }

    internal static PaymentOptions PaymentOptionsOf(IConfiguration configuration) =>
        configuration.GetSection("Stripe").Get<PaymentOptions>() ?? new PaymentOptions();
}
