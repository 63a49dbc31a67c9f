namespace PaymentFlow.StripeSandbox.Objects;

/// <summary>
/// Stripe's <see href="https://docs.stripe.com/disputes/categories">dispute reasons</see>, with Visa's code if there is one.
/// </summary>
static class DisputeReasons
{
    static readonly Dictionary<string, string?> Codes = new(StringComparer.Ordinal)
    {
        ["bank_cannot_process"] = null,
        ["check_returned"] = null,
        ["credit_not_processed"] = "13.6",
        ["customer_initiated"] = null,
        ["debit_not_authorized"] = null,
        ["duplicate"] = "12.6.1",
        ["fraudulent"] = "10.4",
        ["general"] = null,
        ["incorrect_account_details"] = null,
        ["insufficient_funds"] = null,
        ["noncompliant"] = null,
        ["product_not_received"] = "13.1",
        ["product_unacceptable"] = "13.3",
        ["subscription_canceled"] = "13.2",
        ["unrecognized"] = null,
    };

    public static IEnumerable<string> All => Codes.Keys;

    public static string? NetworkCode(string reason) => Codes.GetValueOrDefault(reason);
}
