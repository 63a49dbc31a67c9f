using System.Net;
using Microsoft.Extensions.DependencyInjection.Extensions;
using PaymentFlow.Contracts.Events;
using PaymentFlow.OrderService.Webhooks.Deliveries;
using PaymentFlow.OrderService.Webhooks.Endpoints;
using PaymentFlow.OrderService.Webhooks.Sending;
using PaymentFlow.Persistence.Consuming;

namespace PaymentFlow.OrderService.Webhooks;

/// <summary>Outgoing webhooks: events of orders, sent to shops by HTTP as Standard Webhooks define it.</summary>
static class WebhooksExtensions
{
    /// <summary>The consumer group of <c>orders</c>, and the name of its consumer.</summary>
    public const string Group = "orders-webhooks";

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
        builder.Services.AddHostedService<WebhookSweep>();
        builder.AddEventConsumer<OrderEvent, WebhookEventHandler>(Topics.Orders, Group, EventJson.Default.OrderEvent, name: Group);
        builder.AddWebhookPruning();
    }

    public static void MapWebhooks(this IEndpointRouteBuilder app)
    {
        app.MapWebhookEndpoints();
        app.MapWebhookDeliveries();
    }
}
