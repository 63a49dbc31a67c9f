using PaymentFlow.AppHost;
using PaymentFlow.AppHost.Development;
using PaymentFlow.ServiceDefaults.Configuration;

var builder = DistributedApplication.CreateBuilder(HostArguments.From(args));
// A value that was pasted with a line feed would otherwise be passed on with it.
builder.Configuration.TrimValues();
builder.AddDevelopmentSupport();

// Local processes by default, containers with UseContainers=true, or connection strings that the configuration supplies.
var (kafka, paymentsDb, ordersDb) = builder.AddInfrastructure();

var operatorKey = builder.AddGeneratedSecret("operator-key");
var viewerKey = builder.AddGeneratedSecret("viewer-key");
var merchantKey = builder.AddGeneratedSecret("merchant-key");
var serviceKey = builder.AddGeneratedSecret("service-key");
// PaymentApi signs `payments`, OrderService signs `orders`. A reader of `orders` cannot write a payment.
var paymentEvents = builder.AddEventKeys("payments");
var orderEvents = builder.AddEventKeys("orders");

var orders = builder.AddService<Projects.PaymentFlow_OrderService>("order-service")
    .WithKafka(kafka)
    .WithReference(ordersDb).WaitFor(ordersDb)
    .WithEnvironment("Operator__Key", operatorKey)
    .WithEnvironment("Operator__ViewerKey", viewerKey)
    .WithEnvironment("Merchant__ApiKey", merchantKey)
    .WithEnvironment("Services__Key", serviceKey)
    .WithEventKeys(paymentEvents, orderEvents)
    .WithWebhookKeys(builder.AddGeneratedKeys("webhook-key"))
    .WithApiReference();

var payments = builder.AddService<Projects.PaymentFlow_PaymentApi>("payment-api")
    .WithKafka(kafka)
    .WithReference(paymentsDb).WaitFor(paymentsDb)
    .WithReference(orders)
    .WithEnvironment("Operator__Key", operatorKey)
    .WithEnvironment("Operator__ViewerKey", viewerKey)
    .WithEnvironment("Services__Key", serviceKey)
    .WithEventKeys(paymentEvents)
    .WithApiReference();
orders.WithReference(payments);

var web = builder.AddService<Projects.PaymentFlow_Web>("web")
    .WithKafka(kafka)
    .WithReference(orders)
    .WithReference(payments)
    .WithEnvironment("Operator__Key", operatorKey)
    .WithEnvironment("Operator__ViewerKey", viewerKey)
    .WithEnvironment("Services__Key", serviceKey)
    .WithEventKeys(orderEvents)
    .WithOperatorSignIn()
    .WithTraceLinks()
    .WithCheckoutBranding()
    .WithUrlForEndpoint("http", url => url.DisplayText = "Shop")
    .WithUrlForEndpoint("http", _ => new() { Url = "/operator", DisplayText = "Operator console" });

Services services = new(orders, payments, web);
if (builder.ExecutionContext.IsPublishMode)
{
    builder.ConfigureDeployment(services);
}
else
{
    services.AllowOrigins(builder.Configuration, (service, name) => service.WithEnvironment(name, web.GetEndpoint("http")));
    if (builder.Configuration["Stripe:ApiKey"] is { Length: > 0 } apiKey) builder.UseStripeAccount(services, apiKey);
    else builder.AddStripeSandbox("stripe-sandbox", payments);
}

builder.Build().Run();
