using PaymentFlow.Contracts.Events;
using PaymentFlow.Persistence.Consuming;

namespace PaymentFlow.OrderService.Webhooks.Deliveries;

/// <summary>
/// Stores the deliveries of events of <c>orders</c> and wakes the worker. It reads the topic in a group of its own, so endpoints delay
/// neither an order nor a screen.
/// </summary>
sealed class WebhookEventHandler(WebhookDeliveryStore store, WebhookWorker worker) : IEventBatchHandler<OrderEvent>
{
    public async Task HandleAsync(IReadOnlyList<ReceivedEvent<OrderEvent>> events, CancellationToken cancellationToken)
    {
        var added = await store.AddAsync([.. events.Select(received => new WebhookEvent(
            received.Envelope.Id, received.Envelope.Type, received.Envelope.Time, received.Data.OrderId, received.Envelope.Data,
            received.Envelope.TraceParent))], cancellationToken);
        if (added > 0) worker.Wake();
    }
}
