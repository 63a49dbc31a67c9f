namespace PaymentFlow.Web.Payments;

/// <param name="PaymentMethod">The id of Stripe's test payment method: https://docs.stripe.com/testing.</param>
/// <param name="TextKey">The resource with the card's description.</param>
public sealed record TestCard(string PaymentMethod, string Brand, string LastDigits, string TextKey);

/// <summary>The cards to choose from if no <c>Stripe:PublishableKey</c> is configured. No money moves.</summary>
public static class TestCards
{
    public static IReadOnlyList<TestCard> Common { get; } =
    [
        new("pm_card_visa", "Visa", "4242", "TestCard.Pays"),
        new("pm_card_threeDSecure2Required", "Visa", "3220", "TestCard.ThreeDSecure"),
        new("pm_card_visa_chargeDeclined", "Visa", "0002", "TestCard.Declined"),
        new("pm_card_visa_chargeDeclinedInsufficientFunds", "Visa", "9995", "TestCard.InsufficientFunds"),
    ];

    public static IReadOnlyList<TestCard> More { get; } =
    [
        new("pm_card_mastercard", "Mastercard", "4444", "TestCard.Pays"),
        new("pm_usBankAccount_processing", "US bank", "0009", "TestCard.Processing"),
        new("pm_card_threeDSecureRequiredChargeDeclined", "Visa", "1629", "TestCard.ThreeDSecureDeclined"),
        new("pm_card_chargeDeclinedExpiredCard", "Visa", "0069", "TestCard.Expired"),
        new("pm_card_chargeDeclinedIncorrectCvc", "Visa", "0127", "TestCard.IncorrectCvc"),
        new("pm_card_chargeDeclinedProcessingError", "Visa", "0119", "TestCard.ProcessingError"),
    ];
}
