namespace PaymentFlow.Web.Operators.DeadLetters;

/// <summary>
/// The type that stands for the words of the page of dead letters: <c>DeadLetterTexts.resx</c> and <c>DeadLetterTexts.ru.resx</c>.
/// </summary>
public sealed class DeadLetterTexts
{
    DeadLetterTexts()
    {
    }
}
