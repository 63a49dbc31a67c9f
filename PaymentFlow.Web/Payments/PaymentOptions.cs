namespace PaymentFlow.Web.Payments;

/// <summary>The settings of the section <c>Stripe</c> that may be sent to a browser.</summary>
public sealed class PaymentOptions
{
    /// <summary>Stripe's <c>pk_…</c>. If it is missing, the sandbox is in use and the page offers its test cards.</summary>
    public string? PublishableKey { get; init; }

    public bool UsesStripe => !string.IsNullOrWhiteSpace(PublishableKey);
}

static class PaymentsRegistration
{
    public static void AddPayments(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton(PaymentOptionsOf(builder.Configuration));
        builder.Services.AddSingleton<PayLimit>();
        builder.Services.AddSingleton<SharedPreparation>();
        builder.Services.AddScoped<StripeJs>();
    }

    internal static PaymentOptions PaymentOptionsOf(IConfiguration configuration) =>
        configuration.GetSection("Stripe").Get<PaymentOptions>() ?? new PaymentOptions();
}
