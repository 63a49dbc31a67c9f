using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using PaymentFlow.Web.Services;

namespace PaymentFlow.Web.Payments;

/// <summary>Stripe.js in the customer's browser: the card's number goes from there to Stripe, and never comes here.</summary>
public sealed class StripeJs(IJSRuntime js, PaymentOptions options) : IAsyncDisposable
{
    IJSObjectReference? _module;

    /// <summary>Shows the Payment Element in <paramref name="host"/>.</summary>
    public async Task MountAsync(ElementReference host, long amount, string currency, string language)
    {
        var module = await ModuleAsync();
        await module.InvokeVoidAsync("mount", host, options.PublishableKey, amount, currency, language);
    }

    /// <summary>The id of a payment method made of what the customer typed, or why there is none, in Stripe's words to the customer.</summary>
    public async Task<PaymentMethodResult> CreatePaymentMethodAsync() =>
        await (await ModuleAsync()).InvokeAsync<PaymentMethodResult>("createPaymentMethod");

    /// <summary>Has the customer confirm with their bank, above the page. Null when that was done; the truth follows by push.</summary>
    public async Task<Problem?> ConfirmAsync(string stripeClientSecret) =>
        await (await ModuleAsync()).InvokeAsync<string?>("confirm", options.PublishableKey, stripeClientSecret) is { } code ? new Problem(code) : null;

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
            // The browser is gone, and the module with it.
        }
    }
}

public sealed record PaymentMethodResult(string? Id, string? Error);
