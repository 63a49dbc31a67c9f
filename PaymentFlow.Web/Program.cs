using PaymentFlow.Messaging.Push;
using PaymentFlow.Web;
using PaymentFlow.Web.Branding;
using PaymentFlow.Web.Checkout;
using PaymentFlow.Web.Circuits;
using PaymentFlow.Web.Components;
using PaymentFlow.Web.Languages;
using PaymentFlow.Web.Operators;
using PaymentFlow.Web.Operators.Attention;
using PaymentFlow.Web.Operators.Audit;
using PaymentFlow.Web.Operators.Overview;
using PaymentFlow.Web.Operators.Payment;
using PaymentFlow.Web.Operators.Payments;
using PaymentFlow.Web.Operators.SignIn;
using PaymentFlow.Web.Orders;
using PaymentFlow.Web.Payments;
using PaymentFlow.Web.Security;
using PaymentFlow.Web.Services;
using PaymentFlow.Web.Shop;

var builder = WebApplication.CreateBuilder(args);

builder.RequireSettings("ConnectionStrings:kafka", "Services:Key", "Operator:Key", "Events:Keys:orders:0");
builder.RequireLanguages("en", "ru");
builder.AddServiceDefaults();
builder.AddOrderUpdates();
builder.AddWebSecurity();
builder.AddLanguages();
builder.AddBackends();
builder.AddPeerHealthCheck("order-service");
builder.AddPeerHealthCheck("payment-api");
builder.AddBranding();
builder.AddOrderSecrets();
builder.AddCheckout();
builder.AddPayments();
builder.AddCircuits();
builder.AddOperatorConsole();
builder.AddOverview();
builder.AddPaymentList();
builder.AddPaymentPage();
builder.AddAudit();
builder.AddAttention();
builder.Services.AddRazorComponents().AddInteractiveServerComponents().LimitLongPolling();

var app = builder.Build();

app.UseHeadAsGet();
app.UseWebSecurity();
app.UseCircuitLimits();
app.UseLanguages();
app.UseErrorPages();
app.UseRouting();
app.UseCanonicalAddresses();
app.UseAuthentication();
app.UseRateLimiter();
app.UseAuthorization();
app.UseAntiforgery();
app.UsePageQueries();
app.MapDefaultEndpoints();
app.MapStaticAssets();
app.MapLanguages();
app.MapBasket();
app.MapCheckout();
app.MapOrderHandover();
app.MapCheckoutLink();
app.MapBranding();
app.MapBankReturn();
app.MapOperatorSignIn();
app.MapOperatorActions();
app.MapPaymentForms();
app.MapPaymentExport();
app.MapAudit();
app.MapRazorComponents<App>().AddInteractiveServerRenderMode(options =>
{
    // SecurityHeaders sets frame-ancestors.
    options.ContentSecurityFrameAncestorsPolicy = null;
    // zlib's state would take more memory than the rest of a circuit. See docs/decisions/0008-blazor-server-circuits.md.
    options.DisableWebSocketCompression = true;
});

app.Run();
