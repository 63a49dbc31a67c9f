using PaymentFlow.StripeSandbox.Api;
using PaymentFlow.StripeSandbox.Faults;

namespace PaymentFlow.StripeSandbox.PaymentIntents;

/// <summary><see href="https://docs.stripe.com/api/payment_intents"/></summary>
internal static class PaymentIntentEndpoints
{
    public static void MapPaymentIntents(this IEndpointRouteBuilder app)
    {
        var api = app.ServiceProvider.GetRequiredService<StripeApi>();
        var intents = app.ServiceProvider.GetRequiredService<PaymentIntentService>();
        const string root = "/v1/payment_intents";

        // Plain request delegates: nothing is bound or inspected by reflection on the way of a payment.
        app.MapPost(root, http => api.PostAsync(http, CallKind.Create, intents.CreateAsync));
        app.MapGet(root + "/{id}", http => api.GetAsync(http, CallKind.Retrieve, call => intents.Get(call.Id)));
        app.MapPost(root + "/{id}", http => api.PostAsync(http, CallKind.Other, intents.UpdateAsync));
        app.MapPost(root + "/{id}/confirm", http => api.PostAsync(http, CallKind.Confirm, intents.ConfirmAsync));
        app.MapPost(root + "/{id}/cancel", http => api.PostAsync(http, CallKind.Cancel, intents.CancelAsync));
        app.Map("/v1/{**path}", http => api.GetAsync(http, CallKind.Other, _ => throw new RequestRefusedException(StripeError.Invalid(
            $"Unrecognized request URL ({http.Request.Method}: {http.Request.Path}). The sandbox plays PaymentIntents only.", status: 404))));
    }
}
