using PaymentFlow.Messaging.Migrations;
using PaymentFlow.Messaging.Outbox;
using PaymentFlow.PaymentApi.Payments;
using PaymentFlow.PaymentApi.Stripe;
using PaymentFlow.PaymentApi.Webhooks;
using PaymentFlow.ServiceDefaults;
using Scalar.AspNetCore;

var builder = WebApplication.CreateBuilder(args);

builder.RequireSettings("ConnectionStrings:paymentsdb", "ConnectionStrings:kafka", "Operator:Key", "Services:Key");
builder.AddServiceDefaults();
builder.AddStripe();
builder.AddPayments();
builder.AddStripeWebhooks();
builder.AddApiDefaults();
builder.AddRateLimit(PaymentsEndpoints.RateLimit, permits: 30, window: TimeSpan.FromMinutes(1));
builder.AddNpgsqlDataSource("paymentsdb");
builder.AddDatabaseMigration("paymentsdb", typeof(Program).Assembly, deadLetters: false);
builder.AddOutbox();
builder.AddKafkaHealthCheck<string, byte[]>();
builder.AddApiDescription("PaymentFlow payments");

var app = builder.Build();

app.UseApiDefaults();
app.MapDefaultEndpoints();
app.MapPayments();
app.MapStripeWebhooks();
app.MapOpenApi();
if (app.Environment.IsDevelopment()) app.MapScalarApiReference("/scalar");

app.Run();
