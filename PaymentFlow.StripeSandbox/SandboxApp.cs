using PaymentFlow.StripeSandbox.Api;
using PaymentFlow.StripeSandbox.Disputes;
using PaymentFlow.StripeSandbox.Events;
using PaymentFlow.StripeSandbox.Faults;
using PaymentFlow.StripeSandbox.Home;
using PaymentFlow.StripeSandbox.Idempotency;
using PaymentFlow.StripeSandbox.Ledger;
using PaymentFlow.StripeSandbox.PaymentIntents;
using PaymentFlow.StripeSandbox.Refunds;
using PaymentFlow.StripeSandbox.ScheduledEffects;
using PaymentFlow.StripeSandbox.Storage;
using PaymentFlow.StripeSandbox.ThreeDSecure;
using PaymentFlow.StripeSandbox.Webhooks;

namespace PaymentFlow.StripeSandbox;

/// <summary>Builds the sandbox, for <c>Program</c> and for tests that run it in their own process.</summary>
public static class SandboxApp
{
    /// <summary>Reads the settings and the journal, and builds the app. The app does not listen yet.</summary>
    /// <param name="time">Replaces the system clock.</param>
    /// <exception cref="SandboxSettingException">A setting is missing or wrong, or the environment is not Development.</exception>
    public static WebApplication Create(string[] args, TimeProvider? time = null)
    {
        // Read the settings from the program's folder, not from the working directory.
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.TrimValues();
        var options = SandboxOptions.Read(builder.Configuration, builder.Environment);
        builder.AddServiceDefaults();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        builder.Services.AddSingleton(options);
        if (time is not null) builder.Services.AddSingleton(time);
        builder.Services.AddSingleton<IdempotencyKeys>();
        builder.Services.AddSingleton<EventLog>();
        builder.Services.AddSingleton<SandboxState>();
        builder.Services.AddSingleton(OpenJournal);
        builder.Services.AddSingleton<Books>();
        builder.Services.AddSingleton<ScheduledEffectQueue>();
        builder.Services.AddHostedService<ScheduledEffectRunner>();
        builder.Services.AddSingleton<PaymentIntentService>();
        builder.Services.AddSingleton<RefundService>();
        builder.Services.AddSingleton<DisputeService>();
        builder.Services.AddSingleton<FaultPlan>();
        builder.Services.AddSingleton<StripeApi>();
        builder.Services.AddSingleton<WebhookPlan>();
        builder.Services.AddSingleton<WebhookQueue>();
        builder.Services.AddHostedService<WebhookSender>();
        // Stripe does not follow redirects. It counts them as failures.
        builder.Services.AddHttpClient(WebhookSender.Client)
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });

        var app = builder.Build();
        app.MapPaymentIntents();
        app.MapRefunds();
        app.MapDisputes();
        app.MapEvents();
        app.MapThreeDSecure();
        app.MapLedger();
        app.MapFaults();
        app.MapWebhooks();
        app.MapHome();
        app.MapDefaultEndpoints();
        return app;
    }

    static Journal OpenJournal(IServiceProvider services)
    {
        var state = services.GetRequiredService<SandboxState>();
        return Journal.Open(
            services.GetRequiredService<SandboxOptions>().JournalPath,
            line => state.Apply(line),
            services.GetRequiredService<ILogger<Journal>>());
    }
}
