using System.Text.Json;
using PaymentFlow.StripeSandbox.Protocol;

namespace PaymentFlow.StripeSandbox.PaymentMethods;

/// <summary>The result of confirming with a test payment method.</summary>
enum Behavior
{
    Succeeds,
    Declines,
    /// <summary>3-D Secure first, then the charge.</summary>
    Authenticates,
    /// <summary>3-D Secure first, then a decline.</summary>
    AuthenticatesThenDeclines,
    /// <summary>Stays <c>processing</c>.</summary>
    Processes,
}

/// <summary>The result of a refund to a test payment method.</summary>
enum RefundBehavior
{
    Succeeds,
    PendsThenSucceeds,
    SucceedsThenFails,
}

/// <summary>
/// One of <see href="https://docs.stripe.com/testing">Stripe's test payment methods</see>, with the codes and messages that Stripe
/// returns for it.
/// </summary>
sealed record TestPaymentMethod(string Token, string Type, string Brand, string Last4, Behavior Behavior)
{
    public RefundBehavior Refunds { get; init; }

    /// <summary>The reason why the bank disputes a charge soon afterwards. Null for no dispute.</summary>
    public string? DisputedAs { get; init; }

    public string? Funding { get; init; }
    public string? Code { get; init; }
    public string? DeclineCode { get; init; }
    public string? Message { get; init; }
    public string? AdviceCode { get; init; }
    public string? Param { get; init; }

    static readonly Dictionary<string, TestPaymentMethod> ByToken = new TestPaymentMethod[]
    {
        Card("pm_card_visa", "visa", "4242"),
        Card("pm_card_visa_debit", "visa", "5556") with { Funding = "debit" },
        Card("pm_card_mastercard", "mastercard", "4444"),
        Card("pm_card_mastercard_debit", "mastercard", "8210") with { Funding = "debit" },
        Card("pm_card_mastercard_prepaid", "mastercard", "5100") with { Funding = "prepaid" },
        Card("pm_card_amex", "amex", "0005"),
        Card("pm_card_discover", "discover", "1117"),
        Card("pm_card_diners", "diners", "0004"),
        Card("pm_card_jcb", "jcb", "0505"),
        Card("pm_card_unionpay", "unionpay", "0005"),

        Card("pm_card_pendingRefund", "visa", "7726") with { Refunds = RefundBehavior.PendsThenSucceeds },
        Card("pm_card_refundFail", "visa", "5126") with { Refunds = RefundBehavior.SucceedsThenFails },
        Card("pm_card_createDispute", "visa", "0259") with { DisputedAs = "fraudulent" },
        Card("pm_card_createDisputeProductNotReceived", "visa", "2685") with { DisputedAs = "product_not_received" },

        Decline("pm_card_visa_chargeDeclined", "0002", "card_declined", "generic_decline", "Your card was declined."),
        Decline("pm_card_chargeDeclined", "0002", "card_declined", "generic_decline", "Your card was declined."),
        Decline("pm_card_visa_chargeDeclinedInsufficientFunds", "9995", "card_declined", "insufficient_funds",
            "Your card has insufficient funds."),
        Decline("pm_card_chargeDeclinedInsufficientFunds", "9995", "card_declined", "insufficient_funds",
            "Your card has insufficient funds."),
        Decline("pm_card_visa_chargeDeclinedLostCard", "9987", "card_declined", "lost_card", "Your card was declined."),
        Decline("pm_card_chargeDeclinedLostCard", "9987", "card_declined", "lost_card", "Your card was declined."),
        Decline("pm_card_visa_chargeDeclinedStolenCard", "9979", "card_declined", "stolen_card", "Your card was declined."),
        Decline("pm_card_chargeDeclinedStolenCard", "9979", "card_declined", "stolen_card", "Your card was declined."),
        Decline("pm_card_visa_chargeDeclinedVelocityLimitExceeded", "6975", "card_declined", "card_velocity_exceeded",
            "Your card was declined for making repeated attempts too frequently or exceeding its amount limit."),
        Decline("pm_card_chargeDeclinedVelocityLimitExceeded", "6975", "card_declined", "card_velocity_exceeded",
            "Your card was declined for making repeated attempts too frequently or exceeding its amount limit."),
        Decline("pm_card_visa_chargeDeclinedFraudulent", "0019", "card_declined", "fraudulent", "Your card was declined."),
        Decline("pm_card_chargeDeclinedFraudulent", "0019", "card_declined", "fraudulent", "Your card was declined."),
        Decline("pm_card_chargeDeclinedExpiredCard", "0069", "expired_card", null, "Your card has expired.") with { Param = "exp_month" },
        Decline("pm_card_visa_chargeDeclinedExpiredCard", "0069", "expired_card", null, "Your card has expired.")
            with { Param = "exp_month" },
        Decline("pm_card_chargeDeclinedIncorrectCvc", "0127", "incorrect_cvc", null, "Your card's security code is incorrect.")
            with { Param = "cvc" },
        Decline("pm_card_visa_chargeDeclinedIncorrectCvc", "0127", "incorrect_cvc", null, "Your card's security code is incorrect.")
            with { Param = "cvc" },
        Decline("pm_card_chargeDeclinedProcessingError", "0119", "processing_error", null,
            "An error occurred while processing your card. Try again in a little bit."),
        Decline("pm_card_visa_chargeDeclinedProcessingError", "0119", "processing_error", null,
            "An error occurred while processing your card. Try again in a little bit."),

        Card("pm_card_threeDSecure2Required", "visa", "3220") with { Behavior = Behavior.Authenticates },
        Card("pm_card_threeDSecureRequired", "visa", "3063") with { Behavior = Behavior.Authenticates },
        Card("pm_card_authenticationRequired", "visa", "3184") with { Behavior = Behavior.Authenticates },
        Decline("pm_card_threeDSecureRequiredChargeDeclined", "1629", "card_declined", "generic_decline", "Your card was declined.")
            with { Behavior = Behavior.AuthenticatesThenDeclines },
        Card("pm_card_threeDSecureOptional", "visa", "3055"),

        new("pm_usBankAccount_processing", "us_bank_account", "STRIPE TEST BANK", "0009", Behavior.Processes),
    }.ToDictionary(m => m.Token, StringComparer.Ordinal);

    public static TestPaymentMethod? Find(string token) => ByToken.GetValueOrDefault(token);

    /// <summary>
    /// The payment method for a token that was accepted before, for example a token in the journal of an earlier version.
    /// </summary>
    public static TestPaymentMethod Get(string token) => Find(token)
        ?? throw new InvalidOperationException($"The journal contains the unknown test payment method '{token}'.");

    public bool NeedsAuthentication => Behavior is Behavior.Authenticates or Behavior.AuthenticatesThenDeclines;

    public bool DeclinesCharge => Behavior is Behavior.Declines or Behavior.AuthenticatesThenDeclines;

    public StripeError DeclineError(string charge) => new(402, StripeError.CardErrorType, Message!)
    {
        Code = Code,
        DeclineCode = DeclineCode,
        AdviceCode = AdviceCode,
        Param = Param,
        Charge = charge,
    };

    static TestPaymentMethod Card(string token, string brand, string last4) =>
        new(token, "card", brand, last4, Behavior.Succeeds) { Funding = "credit" };

    static TestPaymentMethod Decline(string token, string last4, string code, string? declineCode, string message) =>
        Card(token, "visa", last4) with
        {
            Behavior = Behavior.Declines,
            Code = code,
            DeclineCode = declineCode,
            Message = message,
            AdviceCode = declineCode switch
            {
                "lost_card" or "stolen_card" or "fraudulent" => "do_not_try_again",
                null => code == "processing_error" ? "try_again_later" : "confirm_card_data",
                _ => "try_again_later",
            },
        };
}

/// <summary>
/// A PaymentMethod attached to a PaymentIntent. Stripe creates a new one (<c>pm_1…</c>) for each use of a test token.
/// <see cref="Created"/> is in Unix seconds.
/// </summary>
sealed record AttachedPaymentMethod(string Id, string Token, long Created)
{
    public TestPaymentMethod Kind() => TestPaymentMethod.Get(Token);

    public void Write(Utf8JsonWriter json)
    {
        var kind = Kind();
        json.WriteStartObject();
        json.WriteString("id"u8, Id);
        json.WriteString("object"u8, "payment_method"u8);
        json.WriteString("allow_redisplay"u8, "unspecified"u8);
        WriteBillingDetails(json);
        WriteDetails(json, kind, ofCharge: false);
        json.WriteNumber("created"u8, Created);
        json.WriteNull("customer"u8);
        json.WriteBoolean("livemode"u8, false);
        json.WriteStartObject("metadata"u8);
        json.WriteEndObject();
        json.WriteString("type"u8, kind.Type);
        json.WriteEndObject();
    }

    public static void WriteBillingDetails(Utf8JsonWriter json)
    {
        json.WriteStartObject("billing_details"u8);
        json.WriteStartObject("address"u8);
        foreach (var field in (ReadOnlySpan<string>)["city", "country", "line1", "line2", "postal_code", "state"]) json.WriteNull(field);
        json.WriteEndObject();
        foreach (var field in (ReadOnlySpan<string>)["email", "name", "phone", "tax_id"]) json.WriteNull(field);
        json.WriteEndObject();
    }

    /// <summary>The object named after the method's type, which is similar in a PaymentMethod and in a charge's details.</summary>
    public static void WriteDetails(Utf8JsonWriter json, TestPaymentMethod kind, bool ofCharge)
    {
        json.WriteStartObject(kind.Type);
        if (kind.Type == "card")
        {
            json.WriteString("brand"u8, kind.Brand);
            json.WriteStartObject("checks"u8);
            json.WriteNull("address_line1_check"u8);
            json.WriteNull("address_postal_code_check"u8);
            json.WriteString("cvc_check"u8, kind.Code == "incorrect_cvc" ? "fail"u8 : "pass"u8);
            json.WriteEndObject();
            json.WriteString("country"u8, "US"u8);
            json.WriteNumber("exp_month"u8, 12);
            json.WriteNumber("exp_year"u8, 2034);
            json.WriteString("fingerprint"u8, $"sandbox{kind.Brand}{kind.Last4}");
            json.WriteString("funding"u8, kind.Funding);
            json.WriteString("last4"u8, kind.Last4);
            if (ofCharge)
            {
                json.WriteString("network"u8, kind.Brand);
                json.WriteNull("three_d_secure"u8);
            }
            else
            {
                json.WriteString("display_brand"u8, kind.Brand);
                json.WriteNull("generated_from"u8);
                json.WriteStartObject("networks"u8);
                json.WriteStartArray("available"u8);
                json.WriteStringValue(kind.Brand);
                json.WriteEndArray();
                json.WriteNull("preferred"u8);
                json.WriteEndObject();
                json.WriteStartObject("three_d_secure_usage"u8);
                json.WriteBoolean("supported"u8, true);
                json.WriteEndObject();
            }
            json.WriteString("regulated_status"u8, "unregulated"u8);
            json.WriteNull("wallet"u8);
        }
        else
        {
            json.WriteString("account_holder_type"u8, "individual"u8);
            json.WriteString("account_type"u8, "checking"u8);
            json.WriteString("bank_name"u8, kind.Brand);
            json.WriteString("fingerprint"u8, $"sandboxbank{kind.Last4}");
            json.WriteString("last4"u8, kind.Last4);
            json.WriteString("routing_number"u8, "110000000"u8);
        }
        json.WriteEndObject();
    }
}
