using PaymentFlow.StripeSandbox.Api;
using PaymentFlow.StripeSandbox.Faults;
using PaymentFlow.StripeSandbox.Protocol;

namespace PaymentFlow.StripeSandbox.PaymentIntents;

/// <summary><see href="https://docs.stripe.com/api/payment_intents"/></summary>
static class PaymentIntentEndpoints
{
    public static void MapPaymentIntents(this IEndpointRouteBuilder app)
    {
        var api = app.ServiceProvider.GetRequiredService<StripeApi>();
        var intents = app.ServiceProvider.GetRequiredService<PaymentIntentService>();
        const string root = "/v1/payment_intents";

        // Plain request delegates, which avoid parameter binding by reflection on the path of a payment.
        app.MapPost(root, http => api.PostAsync(http, CallKind.Create, intents.CreateAsync));
        app.MapGet(root, http => api.GetAsync(http, CallKind.List, call => intents.List(call.Form)));
        app.MapGet(root + "/{id}", http => api.GetAsync(http, CallKind.Retrieve, call => intents.Get(call.Id)));
        app.MapPost(root + "/{id}/confirm", http => api.PostAsync(http, CallKind.Confirm, intents.ConfirmAsync));
        app.MapPost(root + "/{id}/cancel", http => api.PostAsync(http, CallKind.Cancel, intents.CancelAsync));
        app.Map("/v1/{**path}", http => api.GetAsync(http, CallKind.Other, _ => throw new RequestRefusedException(StripeError.Invalid(
            $"Unrecognized request URL ({http.Request.Method}: {http.Request.Path}). "
            + "The sandbox supports PaymentIntents, refunds, disputes and events.", status: 404))));
    }
}
