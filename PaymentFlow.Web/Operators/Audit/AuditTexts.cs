namespace PaymentFlow.Web.Operators.Audit;

/// <summary>The type that stands for the words of the audit log: <c>AuditTexts.resx</c> and <c>AuditTexts.ru.resx</c>.</summary>
public sealed class AuditTexts
{
    AuditTexts()
    {
    }
}
