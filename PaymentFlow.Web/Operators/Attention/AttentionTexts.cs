namespace PaymentFlow.Web.Operators.Attention;

/// <summary>The type that stands for the words of the page: <c>AttentionTexts.resx</c> and <c>AttentionTexts.ru.resx</c>.</summary>
public sealed class AttentionTexts
{
    AttentionTexts()
    {
    }
}
