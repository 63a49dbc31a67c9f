namespace PaymentFlow.Web.Operators.Layout;

/// <summary>
/// The type that stands for the words that all pages of the console share: <c>ConsoleTexts.resx</c> and <c>ConsoleTexts.ru.resx</c>. A page
/// has the resources of its own folder beside it.
/// </summary>
public sealed class ConsoleTexts
{
    ConsoleTexts()
    {
    }
}
