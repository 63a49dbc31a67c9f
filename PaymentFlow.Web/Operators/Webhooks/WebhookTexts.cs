namespace PaymentFlow.Web.Operators.Webhooks;

/// <summary>The type that stands for the words of the page of webhooks: <c>WebhookTexts.resx</c> and <c>WebhookTexts.ru.resx</c>.</summary>
public sealed class WebhookTexts
{
    WebhookTexts()
    {
    }
}
