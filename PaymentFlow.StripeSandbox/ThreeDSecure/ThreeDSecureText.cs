using PaymentFlow.StripeSandbox.Home;

namespace PaymentFlow.StripeSandbox.ThreeDSecure;

/// <summary>The texts of the page in PaymentFlow's languages.</summary>
sealed record ThreeDSecureText(
    string Language, string Title, string Lead, string Amount, string Card, string Payment, string Approve, string Fail,
    string Succeeded, string Failed, string Over, string CloseHint, string Unknown, string Sandbox)
{
    static readonly ThreeDSecureText English = new(
        "en",
        "Confirm your payment",
        "Your bank asks you to confirm that this payment is yours.",
        "Amount",
        "Card",
        "Payment",
        "Approve",
        "Fail authentication",
        "Payment confirmed",
        "Payment not confirmed",
        "There is nothing to confirm here",
        "You can close this page and go back to the shop.",
        "This confirmation page does not exist",
        "This page of the Stripe sandbox stands for your bank. No real money moves.");

    static readonly ThreeDSecureText Russian = new(
        "ru",
        "Подтвердите платёж",
        "Ваш банк просит подтвердить, что этот платёж делаете вы.",
        "Сумма",
        "Карта",
        "Платёж",
        "Подтвердить",
        "Отклонить проверку",
        "Платёж подтверждён",
        "Платёж не подтверждён",
        "Здесь нечего подтверждать",
        "Эту страницу можно закрыть и вернуться в магазин.",
        "Такой страницы подтверждения нет",
        "Это страница песочницы Stripe вместо вашего банка. Настоящие деньги не списываются.");

    public static ThreeDSecureText For(HttpRequest request) => Page.SpeaksRussian(request) ? Russian : English;
}
