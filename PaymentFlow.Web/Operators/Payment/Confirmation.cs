using System.Globalization;
using Microsoft.Extensions.Localization;
using PaymentFlow.Web.Languages;

namespace PaymentFlow.Web.Operators.Payment;

/// <summary>The question before an action, which states the effect in money.</summary>
/// <param name="Action">The form's path below the order's page.</param>
/// <param name="Fields">The form's hidden fields.</param>
public sealed record Confirmation(
    string Title, string Effect, string Button, string Action, IReadOnlyList<(string Name, string Value)> Fields)
{
    public const string ToRefund = "refund";
    public const string ToCancel = "cancel";
    public const string ToReplay = "replay";
    public const string ToRedeliver = "redeliver";

    /// <param name="amount">In the currency's minor unit.</param>
    /// <param name="key">The idempotency key: the same form, sent twice, makes one refund.</param>
    public static Confirmation OfRefund(PaymentView view, long amount, string? reason, Guid key, IStringLocalizer texts)
    {
        var payment = view.Payment!;
        string Money(long minorUnits) => Languages.Money.Format(minorUnits, payment.Currency);
        var before = payment.Amount - view.Left;
        var effect = before == 0
            ? texts["Refund.Effect", Money(amount), Money(payment.Amount), Money(view.Left - amount)]
            : texts["Refund.EffectAgain", Money(amount), Money(payment.Amount), Money(before), Money(view.Left - amount)];
        return new(texts["Refund.Ask", Money(amount)], effect, texts["Refund.Do", Money(amount)], ToRefund,
        [
            ("paymentId", payment.PaymentId.ToString()), ("key", key.ToString()), ("reason", reason ?? ""),
            ("amount", amount.ToString(CultureInfo.InvariantCulture)), ("typed", Typed(view, amount)),
        ]);
    }

    /// <summary>Null if the action is unknown or not possible in the order's present state.</summary>
    /// <param name="statuses">The words of orders' and payments' statuses.</param>
    public static Confirmation? Of(string? act, PaymentView view, IStringLocalizer texts, IStringLocalizer statuses)
    {
        if (view.Order is not { } order) return null;
        var total = Money.Format(order.Amount, order.Currency);
        return act switch
        {
            ToCancel when view.CanCancel => With("Cancel", texts["Cancel.Effect", total]),
            ToReplay when view.DeadLetters.Count > 0 => With("Replay", texts["Replay.Effect", view.DeadLetters.Count,
                view.Payment is { } payment
                    ? $"{statuses[$"Status.{payment.Status}"]}, {Money.Format(payment.Amount, payment.Currency)}"
                    : texts["Head.NoPayment"].Value]),
            ToRedeliver when view.FailedWebhooks.Count > 0 =>
                With("Redeliver", texts["Redeliver.Effect", view.FailedWebhooks.Count, total]),
            _ => null,
        };

        Confirmation With(string name, string effect) => new(texts[$"{name}.Ask"], effect, texts[$"{name}.Do"], act, []);
    }

    // In a form that every language reads, for the page's address after no answer.
    static string Typed(PaymentView view, long amount) =>
        view.Currency.Major(amount).ToString($"F{view.Currency.Decimals}", CultureInfo.InvariantCulture);
}
