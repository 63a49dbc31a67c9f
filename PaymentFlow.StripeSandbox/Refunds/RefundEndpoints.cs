using PaymentFlow.StripeSandbox.Api;
using PaymentFlow.StripeSandbox.Faults;

namespace PaymentFlow.StripeSandbox.Refunds;

/// <summary><see href="https://docs.stripe.com/api/refunds"/></summary>
static class RefundEndpoints
{
    public static void MapRefunds(this IEndpointRouteBuilder app)
    {
        var api = app.ServiceProvider.GetRequiredService<StripeApi>();
        var refunds = app.ServiceProvider.GetRequiredService<RefundService>();
        const string root = "/v1/refunds";
        app.MapPost(root, http => api.PostAsync(http, CallKind.Refund, refunds.CreateAsync));
        app.MapGet(root, http => api.GetAsync(http, CallKind.List, call => refunds.List(call.Form)));
        app.MapGet(root + "/{id}", http => api.GetAsync(http, CallKind.Retrieve, call => refunds.Get(call.Id)));
        app.MapPost(root + "/{id}/cancel", http => api.PostAsync(http, CallKind.Other, refunds.CancelAsync));
    }
}
