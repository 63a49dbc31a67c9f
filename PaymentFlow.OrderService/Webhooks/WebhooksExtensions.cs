using System.Net;
using Microsoft.Extensions.DependencyInjection.Extensions;
using PaymentFlow.OrderService.Webhooks.Deliveries;
using PaymentFlow.OrderService.Webhooks.Endpoints;
using PaymentFlow.OrderService.Webhooks.Sending;

namespace PaymentFlow.OrderService.Webhooks;

/// <summary>Outgoing webhooks: events of orders, sent to shops by HTTP as Standard Webhooks define it.</summary>
static class WebhooksExtensions
{
    public static void AddWebhooks(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton(builder.ReadSettings<WebhookOptions>("Webhooks"));
        builder.Services.TryAddSingleton<HostResolver>(Dns.GetHostAddressesAsync);
        builder.Services.AddSingleton<WebhookAddresses>();
        builder.Services.AddSingleton<WebhookSender>();
        builder.Services.AddSingleton<WebhookSecrets>();
        builder.Services.AddSingleton<WebhookEndpointRules>();
        builder.Services.AddSingleton<WebhookEndpointStore>();
        builder.Services.AddSingleton<WebhookDeliveryStore>();
        builder.Services.AddSingleton<WebhookDeliverer>();
        builder.Services.AddSingleton<WebhookMetrics>();
        builder.Services.AddSingleton<WebhookWorker>();
        builder.Services.AddHostedService(services => services.GetRequiredService<WebhookWorker>());
        builder.Services.AddSingleton<WebhookFeed>();
        builder.Services.AddHostedService(services => services.GetRequiredService<WebhookFeed>());
        builder.Services.AddHostedService<WebhookSweep>();
        builder.AddWebhookPruning();
    }

    public static void MapWebhooks(this IEndpointRouteBuilder app)
    {
        app.MapWebhookEndpoints();
        app.MapWebhookDeliveries();
    }
}
