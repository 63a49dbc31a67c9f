using Shop;

// An independent shop that takes payments through PaymentFlow. See docs/integrate.md.
var builder = WebApplication.CreateBuilder(args);
builder.Services.AddSingleton(new PaymentFlowAddresses(
    Setting("PaymentFlow:Orders"), Setting("PaymentFlow:Payments"), Setting("PaymentFlow:Web"), Setting("PaymentFlow:MerchantKey")));
builder.Services.AddHttpClient<OrderClient>();
builder.Services.AddSingleton(new EventSignature(Setting("PaymentFlow:EventKeys").Split(',')));
builder.Services.AddSingleton<Sales>();
builder.Services.AddHostedService<Fulfilment>();
var app = builder.Build();

app.MapGet("/", () => Pages.Home());
app.MapGet("/live.js", () => Pages.Client());

// The shop sets the amount. It never comes from the customer's browser.
app.MapPost("/buy", async (OrderClient orders, Sales sales, CancellationToken cancellationToken) =>
{
    var sale = sales.Open(amount: 4200, currency: "eur");
    return Pages.Choose(sale, await orders.CreateAsync(sale, cancellationToken), orders.Addresses);
}).DisableAntiforgery();

// The shop's own state of a sale, which comes from Kafka and not from the customer's browser.
app.MapGet("/sales/{reference}",
    (string reference, Sales sales) => sales.Find(reference) is { } sale ? Results.Ok(sale) : Results.NotFound());

app.Run();

string Setting(string name) =>
    builder.Configuration[name]?.Trim() ?? throw new InvalidOperationException($"The setting {name} is missing. See docs/integrate.md.");
