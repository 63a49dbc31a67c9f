namespace PaymentFlow.Web.Operators.Payments;

/// <summary>Stands for the words of the payments page: <c>PaymentListTexts.resx</c> and <c>PaymentListTexts.ru.resx</c>.</summary>
public sealed class PaymentListTexts
{
    PaymentListTexts()
    {
    }
}
