using Microsoft.Extensions.Options;
using PaymentFlow.Contracts;
using PaymentFlow.ServiceDefaults;

namespace PaymentFlow.PaymentApi.DeliveryCheck;

static class DeliveryExtensions
{
    /// <summary>Registers the delivery check (see <see cref="DeliverySweep"/>). Needs the outbox.</summary>
    public static void AddDelivery(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton(Options.Create(builder.ReadSettings<DeliveryOptions>("Delivery")));
        builder.Services.AddHttpClient<OrderVersionsClient>(client =>
        {
            client.BaseAddress = new Uri("http://order-service");
            client.Timeout = TimeSpan.FromSeconds(10);
            client.DefaultRequestHeaders.Add(ApiHeaders.ServiceKey, builder.Configuration["Services:Key"]);
        });
        builder.Services.AddSingleton<DeliveryStore>();
        builder.Services.AddHostedService<DeliverySweep>();
    }
}
