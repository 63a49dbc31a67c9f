using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.FluentUI.AspNetCore.Components;
using PaymentFlow.AppHost.Embedded.Dashboard.Resources;
using PaymentFlow.AppHost.Embedded.Dashboard.Traces;
using PaymentFlow.AppHost.Embedded.Output;
using PaymentFlow.AppHost.Embedded.Running;

namespace PaymentFlow.AppHost.Embedded.Dashboard;

/// <summary>
/// The developer's window on a run: resources, their consoles, and the traces that the services send. Loopback only, for development only.
/// </summary>
sealed class DashboardServer : IAsyncDisposable
{
    // Frames of our own pages alone; what Blazor and Fluent UI need is served from here.
    const string ContentSecurityPolicy =
        "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

    readonly WebApplication _app;

    public DashboardServer(Engine engine, IReadOnlyList<IResource> resources, OtlpEndpoint telemetry, Uri address)
    {
        Address = address;
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            ApplicationName = typeof(DashboardServer).Assembly.GetName().Name,
            ContentRootPath = AppContext.BaseDirectory,
            // Its scripts and styles are read from where the build found them.
            EnvironmentName = Environments.Development,
        });
        builder.Logging.ClearProviders();
        // Another name that resolves to this machine is somebody else's page trying its luck (DNS rebinding).
        builder.Configuration["AllowedHosts"] = "localhost;127.0.0.1;[::1]";
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.ListenLocalhost(address.Port);
            // gRPC without TLS is HTTP/2 from the first byte.
            kestrel.Listen(System.Net.IPAddress.Loopback, telemetry.Port, listen => listen.Protocols = HttpProtocols.Http2);
        });
        builder.Services.AddSingleton(engine);
        builder.Services.AddSingleton(engine.Output);
        builder.Services.AddSingleton(resources);
        builder.Services.AddSingleton(telemetry);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<TraceStore>();
        builder.Services.AddSingleton<HealthMonitor>();
        builder.Services.AddHostedService(services => services.GetRequiredService<HealthMonitor>());
        builder.Services.AddGrpc(grpc => grpc.Interceptors.Add<OtlpEndpoint.KeyCheck>());
        builder.Services.AddRazorComponents().AddInteractiveServerComponents();
        builder.Services.AddFluentUIComponents();
        DashboardSignIn.AddTo(builder.Services);
        _app = builder.Build();

        _app.Use((context, next) =>
        {
            context.Response.Headers.ContentSecurityPolicy = ContentSecurityPolicy;
            context.Response.Headers.XContentTypeOptions = "nosniff";
            context.Response.Headers["Referrer-Policy"] = "no-referrer";
            return next();
        });
        _app.UseAuthentication();
        _app.UseAuthorization();
        _app.UseAntiforgery();
        _app.MapStaticAssets();
        DashboardSignIn.MapTo(_app);
        _app.MapGrpcService<OtlpTraces>();
        _app.MapGrpcService<OtlpMetrics>();
        _app.MapGrpcService<OtlpLogs>();
        _app.MapRazorComponents<DashboardApp>()
            .AddInteractiveServerRenderMode(options => options.ContentSecurityFrameAncestorsPolicy = null)
            .RequireAuthorization();
    }

    public Uri Address { get; }

    /// <summary>The address with this run's token: whoever opens it is signed in.</summary>
    public Uri SignInLink => _app.Services.GetRequiredService<DashboardSignIn>().LinkTo(Address);

    public Task StartAsync(CancellationToken cancellationToken) => _app.StartAsync(cancellationToken);

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
