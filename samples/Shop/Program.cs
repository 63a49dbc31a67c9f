using Shop;

// An independent shop that takes payments through PaymentFlow. See docs/integrate.md.
var builder = WebApplication.CreateBuilder(args);
var settings = ShopSettings.From(builder.Configuration);
builder.Services.AddSingleton(settings);
builder.Services.AddSingleton(TimeProvider.System);
builder.Services.AddHttpClient<PaymentFlowClient>();
builder.Services.AddSingleton<Sales>();
builder.Services.AddSingleton<Fulfilment>();
if (settings.ByKafka)
{
    builder.Services.AddSingleton(new EventSignature(ShopSettings.Required(builder.Configuration, "PaymentFlow:EventKeys").Split(',')));
    builder.Services.AddHostedService<KafkaEvents>();
}
else
{
    builder.Services.AddSingleton<WebhookEndpoint>();
    builder.Services.AddHostedService(services => services.GetRequiredService<WebhookEndpoint>());
}
var app = builder.Build();

app.MapGet("/", () => Pages.Home());
app.MapGet("/live.js", () => Pages.Client());

// The shop sets the amount. It never comes from the customer's browser.
app.MapPost("/buy", async (PaymentFlowClient paymentFlow, Sales sales, CancellationToken cancellationToken) =>
{
    var order = await paymentFlow.CreateOrderAsync(sales.Open(amount: 4200, currency: "eur"), cancellationToken);
    return Results.Redirect(order.CheckoutUrl);
}).DisableAntiforgery();

// The same, for customers who pay on the shop's own page.
app.MapPost("/buy-here", async (PaymentFlowClient paymentFlow, Sales sales, CancellationToken cancellationToken) =>
{
    var sale = sales.Open(amount: 4200, currency: "eur");
    return Pages.PayHere(sale, await paymentFlow.CreateOrderAsync(sale, cancellationToken), settings);
}).DisableAntiforgery();

// The checkout leads back to this page. Its query states the order's status, but everybody can write a query: nothing here reads it.
app.MapGet("/thanks/{reference}",
    (string reference, Sales sales) => sales.Find(reference) is { } sale ? Pages.Thanks(sale) : Results.NotFound());

// The shop's own state of a sale, which comes from PaymentFlow's events and not from the customer's browser.
app.MapGet("/sales/{reference}",
    (string reference, Sales sales) => sales.Find(reference) is { } sale ? Results.Ok(sale) : Results.NotFound());

if (!settings.ByKafka) app.MapWebhookEvents();
app.Run();
