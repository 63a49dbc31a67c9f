using PaymentFlow.PaymentApi;
using PaymentFlow.PaymentApi.Cancellation;
using PaymentFlow.PaymentApi.DeliveryCheck;
using PaymentFlow.PaymentApi.Details;
using PaymentFlow.PaymentApi.Disputes;
using PaymentFlow.PaymentApi.Journey;
using PaymentFlow.PaymentApi.Operators;
using PaymentFlow.PaymentApi.Payments;
using PaymentFlow.PaymentApi.PersonalData;
using PaymentFlow.PaymentApi.Reconciliation;
using PaymentFlow.PaymentApi.Refunds;
using PaymentFlow.PaymentApi.Statistics;
using PaymentFlow.PaymentApi.Stripe;
using PaymentFlow.PaymentApi.Webhooks;
using PaymentFlow.Persistence.Database;
using PaymentFlow.Persistence.Migrations;
using PaymentFlow.Persistence.Outbox;
using PaymentFlow.ServiceDefaults;
using Scalar.AspNetCore;

var builder = WebApplication.CreateBuilder(args);

builder.RequireSettings(
    "ConnectionStrings:paymentsdb", "ConnectionStrings:kafka", "Operator:Key", "Services:Key", "Events:Keys:payments:0");
builder.AddServiceDefaults();
builder.AddStripe();
builder.AddPayments();
builder.AddRefunds();
builder.AddDisputes();
builder.AddCancellation();
builder.AddReconciliation();
builder.AddStripeWebhooks();
builder.AddStripeEventPruning();
builder.AddOperatorActions();
builder.AddJourney();
builder.AddStatistics();
builder.AddPersonalData();
builder.AddApiDefaults();
builder.AddRateLimit(PaymentsEndpoints.RateLimit, permits: 30, window: TimeSpan.FromMinutes(1));
builder.AddDatabase("paymentsdb");
builder.AddDatabaseMigration("paymentsdb", typeof(Program).Assembly, deadLetters: false);
builder.AddOutbox();
builder.AddDelivery();
builder.AddKafkaHealthCheck<string, byte[]>();
builder.AddPeerHealthCheck("order-service");
builder.Services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, PaymentApiJson.Default));
builder.AddApiDescription("PaymentFlow payments");

var app = builder.Build();

app.UseApiDefaults();
app.MapDefaultEndpoints();
app.MapPayments();
app.MapPaymentDetails();
app.MapRefunds();
app.MapCancellation();
app.MapStripeWebhooks();
app.MapOperatorActions();
app.MapJourney();
app.MapPersonalData();
app.MapStatistics();
app.MapApiDescription();
if (app.Environment.IsDevelopment()) app.MapScalarApiReference("/scalar");

app.Run();
