namespace PaymentFlow.Web.Operators.Payment;

/// <summary>The type that stands for the words of the payment's page: <c>PaymentTexts.resx</c> and <c>PaymentTexts.ru.resx</c>.</summary>
public sealed class PaymentTexts
{
    PaymentTexts()
    {
    }
}
