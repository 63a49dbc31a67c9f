using PaymentFlow.Messaging.Database;
using PaymentFlow.Messaging.Migrations;
using PaymentFlow.Messaging.Outbox;
using PaymentFlow.PaymentApi.Cancellation;
using PaymentFlow.PaymentApi.Delivery;
using PaymentFlow.PaymentApi.Figures;
using PaymentFlow.PaymentApi.Journey;
using PaymentFlow.PaymentApi.Operators;
using PaymentFlow.PaymentApi.Payments;
using PaymentFlow.PaymentApi.Reconciliation;
using PaymentFlow.PaymentApi.Refunds;
using PaymentFlow.PaymentApi.Stripe;
using PaymentFlow.PaymentApi.Webhooks;
using PaymentFlow.ServiceDefaults;
using Scalar.AspNetCore;

var builder = WebApplication.CreateBuilder(args);

builder.RequireSettings("ConnectionStrings:paymentsdb", "ConnectionStrings:kafka", "Operator:Key", "Services:Key");
builder.AddServiceDefaults();
builder.AddStripe();
builder.AddPayments();
builder.AddRefunds();
builder.AddCancellation();
builder.AddReconciliation();
builder.AddStripeWebhooks();
builder.AddStripeEventPruning();
builder.AddOperatorActions();
builder.AddJourney();
builder.AddFigures();
builder.AddApiDefaults();
builder.AddRateLimit(PaymentsEndpoints.RateLimit, permits: 30, window: TimeSpan.FromMinutes(1));
builder.AddNpgsqlDataSource("paymentsdb", configureDataSourceBuilder: DatabaseDefaults.Apply);
builder.AddDatabaseMigration("paymentsdb", typeof(Program).Assembly, deadLetters: false);
builder.AddOutbox();
builder.AddDelivery();
builder.AddKafkaHealthCheck<string, byte[]>();
builder.AddPeerHealthCheck("order-service");
builder.AddApiDescription("PaymentFlow payments");

var app = builder.Build();

app.UseApiDefaults();
app.MapDefaultEndpoints();
app.MapPayments();
app.MapRefunds();
app.MapCancellation();
app.MapStripeWebhooks();
app.MapOperatorActions();
app.MapJourney();
app.MapFigures();
app.MapOpenApi();
if (app.Environment.IsDevelopment()) app.MapScalarApiReference("/scalar");

app.Run();
