using System.Collections.Frozen;
using PaymentFlow.Contracts;
using PaymentFlow.StripeSandbox.Objects;
using PaymentFlow.StripeSandbox.Protocol;

namespace PaymentFlow.StripeSandbox.PaymentIntents;

/// <summary>
/// Reads and checks the parameters of the calls. Stripe's parameters that have no effect here (shipping, transfer_data …) are accepted.
/// Unknown parameters are refused, as at Stripe.
/// </summary>
static class PaymentIntentParameters
{
    static readonly FrozenSet<string> Shared = FrozenSet.Create(
        "allowed_payment_method_types", "amount_details", "capture_method", "excluded_payment_method_types", "expand", "hooks",
        "payment_details", "payment_method", "payment_method_data", "payment_method_options", "receipt_email", "setup_future_usage",
        "shipping");

    static readonly FrozenSet<string> Described = Shared.Union([
        "amount", "currency", "application_fee_amount", "customer", "customer_account", "description", "metadata",
        "payment_method_configuration", "statement_descriptor", "statement_descriptor_suffix", "transfer_data", "transfer_group"])
        .ToFrozenSet();

    static readonly FrozenSet<string> ForConfirm = Shared.Union([
        "confirmation_token", "error_on_requires_action", "mandate", "mandate_data", "off_session", "radar_options", "return_url",
        "use_stripe_sdk", "client_secret"]).ToFrozenSet();

    static readonly FrozenSet<string> ForCreate = Described.Union(ForConfirm).Union([
        "automatic_payment_methods", "confirm", "confirmation_method", "on_behalf_of"]).ToFrozenSet();

    static readonly string[] CaptureMethods = ["automatic", "automatic_async", "manual"];

    static readonly FrozenSet<string> ForCancel = FrozenSet.Create("cancellation_reason", "expand");

    /// <summary>The new PaymentIntent, not yet confirmed.</summary>
    public static PaymentIntent Create(StripeCall call, long now)
    {
        var form = call.Form;
        form.Allow(ForCreate);
        RefuseWhatIsNotPlayed(form);
        if (form.OneOf("confirmation_method", "automatic", "manual") == "manual")
            throw new RequestRefusedException(StripeError.Invalid(
                "The sandbox does not support confirmation_method=manual.", param: "confirmation_method"));

        var amount = form.Integer("amount") ?? throw new RequestRefusedException(StripeError.Missing("amount"));
        var currency = form.Text("currency")?.ToLowerInvariant() ?? throw new RequestRefusedException(StripeError.Missing("currency"));
        CheckAmount(amount, currency);
        if (form.Has("return_url") && !form.Flag("confirm"))
            throw new RequestRefusedException(StripeError.Invalid(
                "You may only specify `return_url` when `confirm` is set to true.", "parameter_invalid", "return_url"));

        var allowed = form.List("allowed_payment_method_types") is { Count: > 0 } named ? named : null;
        var id = StripeId.PaymentIntent();
        return Describe(form, new PaymentIntent
        {
            Id = id,
            ClientSecret = StripeId.ClientSecret(id),
            Amount = amount,
            Currency = currency,
            Created = now,
            Status = PaymentIntentStatus.RequiresPaymentMethod,
            CaptureMethod = CaptureMethod(form) ?? "automatic_async",
            AllowedPaymentMethodTypes = allowed,
            PaymentMethodTypes = Compatible(allowed, currency),
            AutomaticPaymentMethods = Automatic(form),
            Metadata = Metadata.Read(form, Metadata.Empty),
        });
    }

    public static Confirmation.Request Confirm(StripeCall call, PaymentIntent current)
    {
        var form = call.Form;
        if (form.Text("return_url") is { } url && !(Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"))
            throw new RequestRefusedException(StripeError.Invalid("Not a valid URL", "url_invalid", "return_url"));
        var request = new Confirmation.Request(
            form.Text("payment_method"),
            form.Text("return_url"),
            UseStripeSdk: form.Flag("use_stripe_sdk"),
            RefuseAction: form.Flag("error_on_requires_action") || form.Text("off_session") is not (null or "false"),
            call.Origin)
        { CaptureMethod = CaptureMethod(form) };
        var mayRedirect = current is { AutomaticPaymentMethods.RedirectsAllowed: true, AllowedPaymentMethodTypes: null };
        if (mayRedirect && request is { ReturnUrl: null, UseStripeSdk: false, RefuseAction: false })
            throw new RequestRefusedException(StripeError.Invalid(
                "This PaymentIntent is configured to accept payment methods enabled in your Dashboard. Because some of these payment "
                + "methods might redirect your customer off of your page, you must provide a `return_url`. If you don't want to accept "
                + "redirect-based payment methods, set `automatic_payment_methods[enabled]` to `true` and "
                + "`automatic_payment_methods[allow_redirects]` to `never` when creating Setup Intents and Payment Intents."));
        return request;
    }

    public static void CheckConfirm(Form form)
    {
        form.Allow(ForConfirm);
        RefuseWhatIsNotPlayed(form);
    }

    public static string? CancellationReason(Form form)
    {
        form.Allow(ForCancel);
        return form.OneOf("cancellation_reason", "duplicate", "fraudulent", "requested_by_customer", "abandoned");
    }

    static readonly string[] Cards = ["card"];
    static readonly string[] CardsAndBankDebits = ["card", "us_bank_account"];

    static PaymentIntent Describe(Form form, PaymentIntent intent) => intent with
    {
        Customer = form.Text("customer") ?? intent.Customer,
        Description = form.Text("description") ?? intent.Description,
        ReceiptEmail = Email(form, "receipt_email") ?? intent.ReceiptEmail,
        SetupFutureUsage = form.OneOf("setup_future_usage", "off_session", "on_session") ?? intent.SetupFutureUsage,
        StatementDescriptor = form.Text("statement_descriptor") ?? intent.StatementDescriptor,
        StatementDescriptorSuffix = form.Text("statement_descriptor_suffix") ?? intent.StatementDescriptorSuffix,
        TransferGroup = form.Text("transfer_group") ?? intent.TransferGroup,
    };

    /// <summary>Stripe does not say which addresses it refuses. The sandbox refuses all but those in ASCII with one @.</summary>
    static string? Email(Form form, string name) =>
        form.Text(name) is not { } email || (email.All(c => c is > ' ' and <= '~') && email.Count(c => c == '@') == 1)
            ? form.Text(name)
            : throw new RequestRefusedException(StripeError.Invalid($"Invalid email address: {email}", "email_invalid", name));

    static string? CaptureMethod(Form form)
    {
        var method = form.OneOf("capture_method", CaptureMethods);
        return method != "manual"
            ? method
            : throw new RequestRefusedException(StripeError.Invalid(
                "The sandbox does not support capture_method=manual.", "parameter_invalid", "capture_method"));
    }

    static AutomaticPaymentMethods? Automatic(Form form) =>
        form.Has("automatic_payment_methods[enabled]") && !form.Flag("automatic_payment_methods[enabled]")
            ? null
            : new(form.OneOf("automatic_payment_methods[allow_redirects]", "always", "never") ?? "always");

    /// <summary>The allowed types of payment method: cards, and for US dollars also bank debits.</summary>
    public static IReadOnlyList<string> Compatible(IReadOnlyList<string>? allowed, string currency)
    {
        var types = currency == "usd" ? CardsAndBankDebits : Cards;
        if (allowed is null) return types;
        string[] some = [.. types.Where(allowed.Contains)];
        return some.Length > 0
            ? some
            : throw new RequestRefusedException(StripeError.Invalid(
                $"None of the allowed payment method types can pay in {currency}. The sandbox supports card, and us_bank_account in usd.",
                param: "allowed_payment_method_types"));
    }

    static void RefuseWhatIsNotPlayed(Form form)
    {
        foreach (var name in (ReadOnlySpan<string>)["payment_method_data", "confirmation_token"])
            if (form.Has(name) || form.Nested(name).Any())
                throw new RequestRefusedException(StripeError.Invalid(
                    $"The sandbox accepts Stripe's test payment methods (pm_card_visa …) as `payment_method`, not `{name}`.", param: name));
        if (form.Has("payment_method_options[card][capture_method]"))
            throw new RequestRefusedException(StripeError.Invalid(
                "The sandbox supports `capture_method` for the whole PaymentIntent only.",
                param: "payment_method_options[card][capture_method]"));
    }

    static void CheckAmount(long amount, string code)
    {
        if (Currencies.Find(code) is not { } currency)
            throw new RequestRefusedException(StripeError.Invalid(
                $"Invalid currency: {code}. The sandbox supports these currencies: "
                + string.Join(", ", Currencies.All.Select(known => known.Code)),
                param: "currency"));
        if (amount < 1)
            throw new RequestRefusedException(StripeError.Invalid(
                "This value must be greater than or equal to 1.", "parameter_invalid_integer", "amount"));
        if (amount < currency.Minimum)
            throw new RequestRefusedException(StripeError.Invalid(
                $"Amount must be at least {currency.Write(currency.Minimum)}", "amount_too_small", "amount"));
        if (amount > currency.Maximum)
            throw new RequestRefusedException(StripeError.Invalid(
                $"Amount must be no more than {currency.Write(currency.Maximum)}", "amount_too_large", "amount"));
        // Stripe documents the rule, but not the error.
        if (amount % currency.Step != 0)
            throw new RequestRefusedException(StripeError.Invalid(
                $"Amount must be a multiple of {currency.Step} in {code}", "parameter_invalid_integer", "amount"));
    }
}
