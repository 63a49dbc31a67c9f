using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using PaymentFlow.Web.Services;

namespace PaymentFlow.Web.Payments;

/// <summary>Stripe.js in the customer's browser. It sends the card number directly to Stripe, so our servers never receive it.</summary>
public sealed class StripeJs(IJSRuntime js, PaymentOptions options) : IAsyncDisposable
{
    IJSObjectReference? _module;

    /// <summary>Shows the Payment Element in <paramref name="host"/>.</summary>
    public async Task MountAsync(ElementReference host, long amount, string currency, string language)
    {
        var module = await ModuleAsync();
        await module.InvokeVoidAsync("mount", host, options.PublishableKey, amount, currency, language);
    }

    /// <summary>
    /// Creates a payment method from the customer's input. Returns its id, or Stripe's error message for the customer.
    /// </summary>
    public async Task<PaymentMethodResult> CreatePaymentMethodAsync() =>
        await (await ModuleAsync()).InvokeAsync<PaymentMethodResult>("createPaymentMethod");

    /// <summary>
    /// Shows the bank's confirmation on top of the page. Null when the customer has completed it; the outcome follows by push.
    /// </summary>
    public async Task<Problem?> ConfirmAsync(string stripeClientSecret) =>
        await (await ModuleAsync()).InvokeAsync<string?>("confirm", options.PublishableKey, stripeClientSecret) is { } code
            ? new Problem(code)
            : null;

    async Task<IJSObjectReference> ModuleAsync() =>
        _module ??= await js.InvokeAsync<IJSObjectReference>("import", "/Payments/PayForm.razor.js");

    public async ValueTask DisposeAsync()
    {
        if (_module is null) return;
        try
        {
            await _module.DisposeAsync();
        }
        catch (JSDisconnectedException)
        {
            // The browser has disconnected, so the module no longer exists.
        }
    }
}

public sealed record PaymentMethodResult(string? Id, string? Error);
