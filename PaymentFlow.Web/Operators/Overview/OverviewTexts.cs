namespace PaymentFlow.Web.Operators.Overview;

/// <summary>The type that stands for the words of the overview: <c>OverviewTexts.resx</c> and <c>OverviewTexts.ru.resx</c>.</summary>
public sealed class OverviewTexts
{
    OverviewTexts()
    {
    }
}
