using System.Diagnostics;
using PaymentFlow.Contracts.Events;
using PaymentFlow.Messaging.Push;
using PaymentFlow.Messaging.Telemetry;
using PaymentFlow.OrderService.Webhooks.Deliveries;
using PaymentFlow.Persistence.Consuming;
using PaymentFlow.Persistence.Outbox;

namespace PaymentFlow.OrderService.Payments;

/// <summary>
/// The order worker. Applies events of <c>payments</c> to the orders. After the commit it pushes the changes to this instance's sockets
/// and passes their events to the relay, which publishes them, and to the webhooks.
/// </summary>
sealed class PaymentEventHandler(OrderUpdateStore store, OrderUpdateHub updates, OutboxRelay relay, WebhookFeed webhooks, TimeProvider time)
    : IEventBatchHandler<PaymentEvent>
{
    public async Task HandleAsync(IReadOnlyList<ReceivedEvent<PaymentEvent>> events, CancellationToken cancellationToken)
    {
        var consumedAt = time.GetUtcNow();
        var newest = OrderChange.NewestOf(events);
        var spans = newest.Select(StartSpan).ToList();
        try
        {
            // The statement appears in the trace of the batch's first payment.
            Activity.Current = spans[0];
            var changes = newest
                .Select((received, i) => OrderChange.From(received, spans[i]?.Id ?? received.Envelope.TraceParent)).ToList();
            var applied = await store.ApplyAsync(changes, consumedAt, cancellationToken);
            foreach (var change in applied) Push(change);
            OutboxEntry[] entries = [.. applied.Select(change => change.Entry).OfType<OutboxEntry>()];
            relay.Publish(entries);
            webhooks.Add(entries);
        }
        catch (Exception exception)
        {
            foreach (var span in spans) span?.SetStatus(ActivityStatusCode.Error, exception.Message);
            throw;
        }
        finally
        {
            foreach (var span in spans) span?.Dispose();
            Activity.Current = null;
        }
    }

    void Push(AppliedChange change)
    {
        if (!updates.Concerns(change.Order.OrderId)) return;
        using var span = PaymentFlowTelemetry.StartFrom(change.TraceParent, "order push", ActivityKind.Internal);
        span?.SetTag("paymentflow.order_id", change.Order.OrderId).SetTag("paymentflow.order_version", change.Order.Version);
        updates.Publish(change.Order);
    }

    static Activity? StartSpan(ReceivedEvent<PaymentEvent> received)
    {
        var span = PaymentFlowTelemetry.StartFrom(received.Envelope.TraceParent, "order update", ActivityKind.Consumer);
        span?.SetTag("messaging.system", "kafka").SetTag("messaging.destination.name", Topics.Payments)
            .SetTag("messaging.message.id", received.Envelope.Id).SetTag("paymentflow.order_id", received.Data.OrderId)
            .SetTag("paymentflow.payment_status", received.Data.Status);
        return span;
    }
}

static class PaymentEventsExtensions
{
    /// <summary>Consumes <c>payments</c> in the group <c>order-service</c>.</summary>
    public static void AddPaymentEvents(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<OrderUpdateStore>();
        builder.AddEventConsumer<PaymentEvent, PaymentEventHandler>(Topics.Payments, "order-service", EventJson.Default.PaymentEvent);
    }
}
