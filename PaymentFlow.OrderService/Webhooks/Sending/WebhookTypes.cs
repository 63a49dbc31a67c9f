using PaymentFlow.Contracts.Events;

namespace PaymentFlow.OrderService.Webhooks.Sending;

/// <summary>The types of events that an endpoint may ask for.</summary>
static class WebhookTypes
{
    /// <summary>Every type, also those of later releases.</summary>
    public const string All = "*";

    /// <summary>Sent on a merchant's request, whatever types the endpoint has.</summary>
    public const string Test = "webhook.test";

    public static IReadOnlyList<string> Known { get; } =
    [
        EventTypes.OrderCreated, EventTypes.OrderPaid, EventTypes.OrderPaymentFailed, EventTypes.OrderRefunded, EventTypes.OrderCanceled,
    ];

    public static bool Match(string[] wanted, string type) => wanted.Contains(type) || wanted.Contains(All);
}
